// The page: the query, the answer, and what changed. The steps, the map and photos have files of their own.

import { get, post } from "./api.js";
import { compare, inWords, isSame } from "./changes.js";
import { bar, byId, display, el, fill, keepingFocus, name, number, roving, value } from "./dom.js";
import { HashtagMap } from "./map.js";
import { takePhotos } from "./photo.js";
import { showSteps } from "./steps.js";

const { mode, novelty, minScore, mostImage } = document.querySelector("main").dataset;
const state = { text: "", chosen: [], novelty: Number(novelty) };
let answered = state; // the query of the answer on the page
let now = null; // { words, names } of the answer on the page
let before = null; // the same of the answer that it is compared with
let map = null;

const EMPTY = " The published recipe fails so: what its two sets share, or AutoRec's first words where they share nothing, may have no hashtag (step 5).";
const NOTES = {
  experts: "with the probability of being used",
  intersection: "with the cosine to the description",
  autorec: "the sets do not meet: AutoRec's first words",
  most_used: "nothing is known: the most used ones",
};

// One query at a time, and after it the newest one

let changes = 0; // of the query so far; the page says which of them its answer has
let oldest = null; // when the first change came that is not answered
let busy = false;
let ignored = ""; // of the address, until the query changes

function ask(since = performance.now(), notice = "") {
  ignored = notice;
  changes += 1;
  document.body.dataset.asked = changes;
  oldest ??= since;
  writeAddress();
  if (!busy) answerAll();
}

async function answerAll() {
  busy = true;
  while (oldest !== null) {
    const [since, change, query] = [oldest, changes, { ...state }];
    oldest = null;
    try {
      const { value, milliseconds } = await post("/api/explain", {
        labels: [query.text],
        chosen: query.chosen,
        ...(mode === "best" && { novelty: query.novelty }),
      });
      const chosen = value.chosen.map((word) => word.word);
      if (state.chosen === query.chosen) state.chosen = chosen; // an address may have them as people write them
      answered = { ...query, chosen };
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

function showTime(milliseconds, models) {
  byId("timing").textContent = `${Math.round(milliseconds)} ms from key to answer, ${number(models, 1)} ms of them the models`;
  byId("timing").dataset.milliseconds = milliseconds.toFixed(1);
}

const painted = (then) => requestAnimationFrame(() => setTimeout(then));

// The answer

function show(answer, change) {
  const words = answer.hashtags.map((hashtag) => hashtag.word);
  const names = new Map(answer.hashtags.map((hashtag) => [hashtag.word, `#${hashtag.spelled}`]));
  if (now && !isSame(compare(now.words, words))) before = now;
  now = { words, names };
  const changed = compare(before?.words ?? words, words);
  const all = new Map([...(before?.names ?? []), ...names]);
  keepingFocus(() => {
    showWords(answer.labels);
    showChosen(answer.chosen);
    showHashtags(answer, changed);
    showChanges(changed, all);
  }, byId("labels"));
  painted(() => {
    if (now.words !== words) return;
    keepingFocus(() => showSteps(answer, minScore), byId("labels"));
    document.body.dataset.shown = change;
  }); // the hashtags first, the steps a moment later
  map?.mark(words, state.chosen);
  const unknown = answer.chosen.filter((word) => !word.known).map((word) => `#${word.word}`);
  const notices = [ignored, unknown.length && `not in the vocabulary, left out: ${unknown.join(", ")}`].filter(Boolean);
  byId("note").textContent = [noteOn(answer), ...notices].join("; ");
  announce([...notices.map((notice) => `${notice}.`), `${words.length} hashtags: ${[...names.values()].join(", ")}.`, before ? inWords(changed, all) : ""].join(" "));
}

function noteOn({ source, hashtags }) {
  const isSorted = hashtags.every(({ score }, i) => !i || score <= hashtags[i - 1].score);
  return NOTES[source] + (source === "experts" && !isSorted ? "; likeness and novelty move some" : "");
}

function showHashtags(answer, { added, moved }) {
  const largest = Math.max(...answer.hashtags.map((hashtag) => Math.abs(hashtag.score)), 1e-9);
  const isPart = ["probability", "frequency"].includes(answer.scores_are);
  const item = ({ word, spelled, score }) => {
    const by = moved.get(word);
    const [kind, change] = added.includes(word) ? ["added", "new"] : by > 0 ? ["up", `↑${by}`] : by < 0 ? ["down", `↓${-by}`] : ["", ""];
    return el("li", {}, name({ word, hashtag: true }, "hashtag", `#${spelled}`), bar(score / largest),
      value(isPart ? `${number(100 * score, 0)} %` : number(score)), el("span", { class: `change ${kind}` }, change));
  };
  fill(byId("hashtags"), answer.hashtags.map(item),
    !answer.hashtags.length && el("li", { class: "hint" }, `No hashtag is left.${mode === "paper" ? EMPTY : ""}`));
}

function showChanges(changed, names) {
  const { added, moved, dropped } = changed;
  fill(byId("changes"),
    before && (isSame(changed) ? "No change against the answer before." : "Against the answer before: "),
    added.length > 0 && el("span", { class: "change added" }, `${added.length} added`),
    moved.size > 0 && el("span", { class: "change" }, `${moved.size} moved`),
    dropped.length > 0 && el("span", { class: "change down" }, `${dropped.length} dropped: `, dropped.map((word) => el("s", {}, names.get(word)))));
}

const chip = (kind, attributes, ...children) => el("li", {}, el("button", { type: "button", class: `chip ${kind}`, ...attributes }, ...children));
const cross = () => el("span", { class: "cross", "aria-label": "remove" }, " ×");
const small = (text) => text && el("small", {}, ` ${text}`);

function showWords(labels) {
  const chips = (label, place, word) => {
    const replace = (other) => setText(replaced(labels, place, word.word, other));
    const why = label.rejected ? "rejected" : word.known ? "" : "not known";
    const title = `${label.rejected ? `its score is below ${minScore}; ` : ""}press to remove it`;
    const attributes = { title, data: { word: word.word, key: word.word }, onclick: () => replace("") };
    return [
      chip(why && "unknown", attributes, display(word), small(label.score ?? ""), small(why), cross()),
      (word.endings ?? []).map((ending) => chip("ending", { data: { key: `>${ending}` }, onclick: () => replace(ending) }, ending)),
    ];
  };
  fill(byId("words"), labels.map((label, place) => label.words.map((word) => chips(label, place, word))));
}

function showChosen(chosen) {
  byId("no-chosen").hidden = chosen.length > 0;
  fill(byId("chosen"), chosen.map((word) =>
    chip("chosen", { title: word.known ? "remove" : "not known", data: { word: word.word, key: word.word, choose: word.word } },
      `#${word.spelled ?? word.word}`, small(word.known ? "" : "not known"), cross())));
}

let speaking = 0;
function announce(text) {
  clearTimeout(speaking); // only where the user pauses: every key would be too much to listen to
  speaking = setTimeout(() => (byId("live").textContent = text), 700);
}

// Changing the query

/** The labels as text again, with another word, or none, in the place of one of their words. */
function replaced(labels, place, word, other) {
  const texts = labels.map((label, i) => {
    const words = i === place ? label.words.map((one) => (one.word === word ? other : one.word)) : [label.text];
    const text = words.filter(Boolean).join(" ");
    return text && label.score !== null ? `${text}:${label.score}` : text;
  });
  return texts.filter(Boolean).join(", ");
}

function setText(text) {
  state.text = text;
  byId("labels").value = text;
  ask();
}

function setNovelty(novelty) {
  state.novelty = novelty;
  byId("novelty").value = novelty;
  byId("novelty-value").textContent = number(novelty);
}

function choose(word) {
  state.chosen = state.chosen.includes(word) ? state.chosen.filter((other) => other !== word) : [...state.chosen, word];
  ask();
}

// The query stands in the address, so that it can be reloaded, kept, and given to others

let writing = 0;
function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const query = new URLSearchParams();
    if (state.text) query.set("labels", state.text);
    if (state.chosen.length) query.set("chosen", state.chosen.join(" "));
    if (state.novelty !== Number(novelty)) query.set("novelty", state.novelty);
    history.replaceState(null, "", query.size ? `#${query}` : location.pathname);
  }, 200);
}

/** Take the query of the address; gives what there is to say where a part of it cannot be taken. */
function readAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  state.text = (query.get("labels") ?? "").slice(0, 5000);
  state.chosen = (query.get("chosen") ?? "").split(" ").filter(Boolean).slice(0, 60);
  byId("labels").value = state.text;
  const text = query.get("novelty");
  const wanted = Number(text ?? novelty);
  const isTaken = mode === "best" && wanted >= 0 && wanted <= 1;
  setNovelty(isTaken ? wanted : Number(novelty));
  if (isTaken || text === null) return "";
  return `novelty=${text.slice(0, 20)} of the address is left out: ${mode === "best" ? "it is a number from 0 to 1" : "mode paper knows none"}`;
}

/** Where the pointer or the focus is on a word, the same word is marked everywhere. */
function markSameWords(event) {
  const word = event.target.closest?.("[data-word]")?.dataset.word;
  for (const other of document.querySelectorAll("[data-word]")) other.classList.toggle("same", other.dataset.word === word);
  map?.point(word);
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
  window.addEventListener("hashchange", () => ask(undefined, readAddress()));
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // followed, it would stand in the address in place of the query
    byId("answer").focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-choose]");
    if (button) choose(button.dataset.choose);
  });
  document.addEventListener("pointerover", markSameWords);
  document.addEventListener("focusin", markSameWords);
  ask(undefined, readAddress());
  takePhotos(setText, Number(mostImage));
  map = new HashtagMap(await get("/api/map"));
  if (now) map.mark(now.words, state.chosen);
  document.body.dataset.ready = "1";
}

start().catch((error) => (byId("error").textContent = error.message));
