// The page: what is asked for, the answer, and what changed. The steps, the map and photos have files of their own.

import { get, post } from "./api.js";
import { compare, inWords, isSame } from "./changes.js";
import { bar, byId, el, fill, keepingFocus, number, roving } from "./dom.js";
import { HashtagMap } from "./map.js";
import { takePhotos } from "./photo.js";
import { shown, showSteps } from "./steps.js";

const state = { text: "", chosen: [], novelty: 0 };
let model = { mode: "best", novelty: 0 };
let map = null;
let before = null; // the list that the one on the page is compared with
let answered = state; // what was asked for the answer on the page
let now = null; // { words, names } on the page

const EMPTY = " The published recipe fails so: what its two sets share, or AutoRec's first words where they share nothing, may have no hashtag (step 5).";

// As labels_from_text does it; a comma before a digit is left to it, since it may be a decimal one.
const labelsOf = (text) => text.split(/,(?!\d)|[;|\n]/).filter((label) => label.trim());

// Asking: one question at a time, and after it the newest one.

let changes = 0; // of the question so far; the page says which of them its answer has
let oldest = null; // when the first change came that is not answered
let busy = false;

let ignored = ""; // of the address, until something else is asked

function ask(since = performance.now(), notice = "") {
  ignored = notice;
  changes += 1;
  document.body.dataset.asked = changes;
  oldest ??= since;
  remember();
  if (!busy) answerAll();
}

async function answerAll() {
  busy = true;
  while (oldest !== null) {
    const [since, change, asked] = [oldest, changes, { ...state }];
    oldest = null;
    try {
      const question = { labels: labelsOf(asked.text), chosen: asked.chosen };
      if (model.mode === "best") question.novelty = asked.novelty;
      const { value, milliseconds } = await post("/api/explain", question);
      const chosen = value.chosen.map((word) => word.word);
      if (state.chosen === asked.chosen) state.chosen = chosen; // an address may have them as people write them
      answered = { ...asked, chosen };
      byId("error").textContent = "";
      show(value, change);
      painted(() => showTime(performance.now() - since, milliseconds));
    } catch (error) {
      byId("error").textContent = error.message;
      state.chosen = answered.chosen; // a text can be mended, a hashtag that is refused could not be taken back
    }
  }
  busy = false;
}

function showTime(milliseconds, server) {
  byId("timing").textContent = `${Math.round(milliseconds)} ms from key to answer, ${number(server, 1)} ms of them the models`;
  byId("timing").dataset.milliseconds = milliseconds.toFixed(1);
}

const painted = (then) => requestAnimationFrame(() => setTimeout(then));

// Showing

function show(answer, change) {
  const words = answer.hashtags.map((hashtag) => hashtag.word);
  const names = new Map(answer.hashtags.map((hashtag) => [hashtag.word, `#${hashtag.spelled}`]));
  if (now && !isSame(compare(now.words, words))) before = now;
  const changed = compare(before?.words ?? words, words);
  now = { words, names };
  keepingFocus(() => {
    showWords(answer.labels);
    showChosen(answer.chosen);
    showHashtags(answer, changed);
  }, byId("labels"));
  painted(() => {
    if (now.words !== words) return;
    keepingFocus(() => showSteps(answer, model, choose), byId("labels"));
    document.body.dataset.shown = change;
  }); // the hashtags first, how they came about a moment later
  map?.mark(words, answer.chosen.map((word) => word.word));
  const named = { ...changed, added: changed.added.map((word) => names.get(word)), dropped: droppedNames(changed) };
  const notices = noticesOn(answer);
  byId("note").textContent = [noteOn(answer), ...notices].join("; ");
  announce(`${notices.map((notice) => `${notice}. `).join("")}${words.length} hashtags: ${[...names.values()].join(", ")}. ${before ? inWords(named) : ""}`);
}

const droppedNames = (changed) => changed.dropped.map((word) => before.names.get(word));

function noteOn(answer) {
  if (answer.fallback) return "nothing is known: the most used ones";
  if (model.mode === "paper") return answer.defaulted ? "the sets do not meet: AutoRec's first words" : "with the cosine to the description";
  const isSorted = answer.hashtags.every(({ score }, i, all) => !i || score <= all[i - 1].score);
  return `with the probability of being used${isSorted ? "" : "; likeness and novelty move some"}`;
}

/** What of the question had to be left out. */
function noticesOn(answer) {
  const unknown = answer.chosen.filter((word) => !word.known).map((word) => `#${word.word}`);
  return [ignored, unknown.length ? `not in the vocabulary, left out: ${unknown.join(", ")}` : ""].filter(Boolean);
}

function showHashtags(answer, changed) {
  const largest = Math.max(...answer.hashtags.map((hashtag) => Math.abs(hashtag.score)), 1e-9);
  fill(
    byId("hashtags"),
    answer.hashtags.map(({ word, spelled, score }) => {
      const by = changed.moved.get(word);
      const change = changed.added.includes(word) ? "new" : by ? `${by > 0 ? "↑" : "↓"}${Math.abs(by)}` : "";
      const kind = change === "new" ? "added" : by > 0 ? "up" : by < 0 ? "down" : "";
      const name = el("button", { type: "button", class: "hashtag", data: { word, key: word }, onclick: () => choose(word) }, `#${spelled}`);
      const value = model.mode === "best" || answer.fallback ? `${number(100 * score, 0)} %` : number(score);
      return el("li", {}, name, bar(score / largest, "score"), el("span", { class: "value" }, value),
        el("span", { class: `change ${kind}` }, change));
    }),
    answer.hashtags.length ? null : el("li", { class: "hint" }, `No hashtag is left.${model.mode === "paper" ? EMPTY : ""}`),
  );
  fill(
    byId("changes"),
    before === null ? null : isSame(changed) ? "No change against the answer before." : "Against the answer before: ",
    changed.added.length ? el("span", { class: "change added" }, `${changed.added.length} added`) : null,
    changed.moved.size ? el("span", { class: "change" }, `${changed.moved.size} moved`) : null,
    changed.dropped.length ? el("span", { class: "change down" }, `${changed.dropped.length} dropped: `,
      droppedNames(changed).map((name) => el("s", {}, name))) : null,
  );
}

function showWords(labels) {
  const chip = (label, place, word) => {
    const why = label.rejected ? "rejected" : word.known ? "" : "not known";
    const title = label.rejected ? `its score is below ${model.min_score}; press to remove it` : "press to remove it";
    const remove = () => setText(without(labels, place, word.word));
    return el("li", {},
      el("button", { type: "button", class: `chip ${why ? "unknown" : ""}`, title, data: { word: word.word, key: word.word }, onclick: remove },
        shown(word), label.score === null ? null : el("small", {}, ` ${label.score}`), why ? el("small", {}, ` ${why}`) : null,
        el("span", { class: "cross", "aria-label": "remove" }, " ×")));
  };
  const endings = (label, place, word) =>
    (word.endings ?? []).map((ending) => el("li", {},
      el("button", { type: "button", class: "chip ending", data: { key: `>${ending}` }, onclick: () => setText(instead(labels, place, word.word, ending)) }, ending)));
  fill(byId("words"), labels.flatMap((label, place) =>
    label.words.flatMap((word) => [chip(label, place, word), ...endings(label, place, word)])));
}

function showChosen(chosen) {
  byId("no-chosen").hidden = chosen.length > 0;
  fill(byId("chosen"), chosen.map((word) => el("li", {},
    el("button", { type: "button", class: "chip chosen", title: word.known ? "remove" : "not known", data: { word: word.word, key: word.word }, onclick: () => choose(word.word) },
      `#${word.spelled ?? word.word}`, word.known ? null : el("small", {}, " not known"), el("span", { class: "cross", "aria-label": "remove" }, " ×")))));
}

let speaking = 0;
function announce(text) {
  clearTimeout(speaking); // only where somebody pauses: every key would be too much to listen to
  speaking = setTimeout(() => (byId("live").textContent = text), 700);
}

// Changing what is asked

/** The labels as text again, one word of one of them left out, or another put in its place. */
function instead(labels, place, word, other) {
  return labels
    .map((label, i) => {
      const words = i === place ? label.words.map((one) => (one.word === word ? other : one.word)).filter(Boolean) : [label.text];
      const text = words.join(" ");
      return text && label.score !== null ? `${text}:${label.score}` : text;
    })
    .filter(Boolean)
    .join(", ");
}

const without = (labels, place, word) => instead(labels, place, word, null);

function setText(text, since) {
  state.text = text;
  byId("labels").value = text;
  ask(since);
}

function choose(word) {
  state.chosen = state.chosen.includes(word) ? state.chosen.filter((other) => other !== word) : [...state.chosen, word];
  ask();
}

// The question stands in the address, so that reloading, going on later and handing it to others work.

let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const question = new URLSearchParams();
    if (state.text) question.set("labels", state.text);
    if (state.chosen.length) question.set("chosen", state.chosen.join(" "));
    if (state.novelty !== model.novelty) question.set("novelty", state.novelty);
    history.replaceState(null, "", question.size ? `#${question}` : location.pathname);
  }, 200);
}

const parts = () => new URLSearchParams(location.hash.slice(1));

function recall() {
  state.text = (parts().get("labels") ?? "").slice(0, 5000);
  state.chosen = (parts().get("chosen") ?? "").split(" ").filter(Boolean).slice(0, 60);
  byId("labels").value = state.text;
  return recallNovelty();
}

/** Take the novelty of the address; what there is to say where it cannot be taken. */
function recallNovelty() {
  const text = parts().get("novelty");
  const novelty = Number(text ?? model.novelty);
  const isTaken = model.mode === "best" && novelty >= 0 && novelty <= 1;
  setNovelty(isTaken ? novelty : model.novelty);
  if (isTaken || text === null) return "";
  const why = model.mode === "best" ? "it is a number from 0 to 1" : "mode paper knows none";
  return `novelty=${text.slice(0, 20)} of the address is left out: ${why}`;
}

function setNovelty(novelty) {
  state.novelty = novelty;
  byId("novelty").value = novelty;
  byId("novelty-value").textContent = number(novelty);
}

/** Where the pointer or the focus is on a word, the same word is marked everywhere. */
function markSameWords() {
  const mark = (event) => {
    const word = event.target.closest?.("[data-word]")?.dataset.word;
    for (const other of document.querySelectorAll(".same")) other.classList.remove("same");
    if (word !== undefined) {
      for (const other of document.querySelectorAll("[data-word]")) other.classList.toggle("same", other.dataset.word === word);
    }
    map?.point(word);
  };
  document.addEventListener("pointerover", mark);
  document.addEventListener("focusin", mark);
}

async function start() {
  for (const id of ["words", "chosen", "hashtags", "found"]) {
    byId(id).dataset.list = id;
    roving(byId(id));
  }
  byId("labels").addEventListener("input", (event) => {
    state.text = event.target.value;
    ask(event.timeStamp);
  });
  byId("novelty").addEventListener("input", (event) => {
    setNovelty(Number(event.target.value));
    ask(event.timeStamp);
  });
  window.addEventListener("hashchange", () => {
    ask(undefined, recall());
  });
  // Followed as a link it would put itself in the place of the question, in the address.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("answer").focus();
  });
  markSameWords();
  recall();
  model = await get("/api/model");
  const notice = recallNovelty();
  byId("model").textContent = `mode ${model.mode}, ${model.words.toLocaleString("en")} words, ${model.hashtags.toLocaleString("en")} hashtags`;
  byId("min-score").textContent = model.min_score;
  byId("meet-title").textContent = model.mode === "best" ? "The experts, fused" : "The intersection";
  if (model.mode === "paper") {
    byId("novelty").disabled = true;
    byId("novelty-hint").textContent = "mode paper knows none";
  }
  ask(undefined, notice);
  takePhotos(model, setText);
  map = new HashtagMap(await get("/api/map"), choose);
  if (now) map.mark(now.words, state.chosen);
  document.body.dataset.ready = "1";
}

start().catch((error) => (byId("error").textContent = error.message));
