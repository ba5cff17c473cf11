// The page: the query, the answer, and what changed. Photos, the post, saved sets, the steps and the map have files of
// their own.

import { get, post } from "./api.js";
import { Caption } from "./caption.js";
import { compare, inWords, isSame } from "./changes.js";
import { copy, tags } from "./copy.js";
import { bar, byId, display, el, fill, keepingFocus, name, number, roving, value } from "./dom.js";
import { HashtagMap } from "./map.js";
import { Photos } from "./photos.js";
import { keepSets } from "./sets.js";
import { showSteps, STEPS } from "./steps.js";

const { mode, novelty, minScore, mostImage, video, livePhoto, ...served } = document.querySelector("main").dataset;
const doubts = JSON.parse(served.doubts); // what is said of hashtags, by their source, where nothing sure is known
const MOST_CHOSEN = 60;
const PATIENCE = 1500; // milliseconds for which an answer to an older question may stay
const NOTHING = { words: [], names: new Map(), answer: null };
const state = { text: "", chosen: [], caption: "", photo: null, novelty: Number(novelty), mix: null };
let answered = state; // the query of the answer on the page
let now = { ...NOTHING, chosen: [] }; // { words, names, chosen, answer } of the answer on the page; `chosen` are names
let before = null; // the same of the answer that it is compared with
let map = null;
let photos = null;
const caption = new Caption({
  typed: (text) => {
    state.caption = text;
    if (state.photo) state.photo.query.caption = text;
  },
  limited: () => {
    showPicked();
    writeAddress();
  },
});

const EMPTY = " The published recipe fails so: what its two sets share, or AutoRec's first words where they share nothing, may have no hashtag (step 5).";
const UNMIXED = " No group has one of those that are asked for; “the best ten” takes all groups.";
const NOTES = {
  experts: "with the probability of being used",
  intersection: "with the cosine to the description",
  autorec: "the sets do not meet: AutoRec's first words",
  guesses: `${doubts.guesses.why}; press one that is right to be surer`,
  general: doubts.general.why,
  most_used: doubts.most_used.why,
};

// One query at a time, and after it the newest one

let changes = 0; // of the query so far; the page says which of them its answer has
let opened = 0; // the change that brought another photo: its answer is compared with none, and those to changes before are of no use
let oldest = null; // when the first change came that is not answered
let busy = false;
let waiting = 0; // the timer after which an older answer leaves the page
let ignored = ""; // of the address, until the query changes

function ask(since = performance.now(), notice = "") {
  ignored = notice;
  changes += 1;
  document.body.dataset.asked = changes;
  oldest ??= since;
  clearTimeout(waiting);
  waiting = setTimeout(() => isAnswered() || clear("Waiting for the answer…"), PATIENCE);
  photos?.edited(state);
  writeAddress();
  if (!busy) answerAll();
}

async function answerAll() {
  busy = true;
  while (oldest !== null) {
    const [since, change, query] = [oldest, changes, { ...state }];
    oldest = null;
    try {
      const { value, milliseconds } = await post("/api/explain", request(query));
      if (change < opened) continue;
      const chosen = value.chosen.map((word) => word.word);
      if (state.chosen === query.chosen) state.chosen = chosen; // an address may have them as people write them
      answered = { ...query, chosen };
      byId("error").textContent = "";
      show(value, change);
      if (change === changes) photos?.answered(state.photo, chosen, { hashtags: allNames(), source: value.source });
      painted(() => showTime(performance.now() - since, milliseconds));
    } catch (error) {
      if (change < opened || oldest !== null) continue; // what was asked since has an answer, or an error, of its own
      clearTimeout(waiting);
      byId("error").textContent = error.message;
      state.chosen = answered.chosen; // a text can be mended, a hashtag that is refused could not be taken back
      if (!isAnswered()) clear();
    }
  }
  busy = false;
}

const request = ({ text, chosen, novelty, mix, photo }) => ({
  labels: [text],
  chosen,
  mix,
  ...(photo?.features && { photo_features: photo.features }),
  ...(mode === "best" && { novelty }),
});

/** Whether what stands on the page is the answer to the query on the page. */
const isAnswered = () => ["text", "novelty", "mix", "photo"].every((key) => state[key] === answered[key]);

const spelled = (words) => words.map((word) => word.spelled ?? word.word);
const allNames = () => [...now.chosen, ...now.names.values()].map((name) => name.replace(/^#/, ""));

/** What is saved and posted: the chosen hashtags, or all where none is chosen. */
const picked = () => (now.chosen.length ? now.chosen : allNames());

function showTime(milliseconds, models) {
  byId("timing").textContent = `${Math.round(milliseconds)} ms from key to answer, ${number(models, 1)} ms of them the models`;
  byId("timing").dataset.milliseconds = milliseconds.toFixed(1);
}

const painted = (then) => requestAnimationFrame(() => setTimeout(then));

// The answer

function show(answer, change) {
  const words = answer.hashtags.map((hashtag) => hashtag.word);
  const names = new Map(answer.hashtags.map((hashtag) => [hashtag.word, `#${hashtag.spelled}`]));
  if (change <= opened) before = null;
  else if (now.answer && !isSame(compare(now.words, words))) before = now;
  now = { words, names, chosen: spelled(answer.chosen), answer };
  const changed = compare(before?.words ?? words, words);
  const all = new Map([...(before?.names ?? []), ...names]);
  const otherwise = byId(byId("seen").contains(document.activeElement) ? "labels" : "answer");
  keepingFocus(() => {
    showWords(answer.labels);
    showChosen(answer.chosen);
    showHashtags(answer, changed);
    showChanges(changed, all);
  }, otherwise);
  showMix(answer);
  showPicked();
  painted(() => {
    if (now.words !== words) return;
    if (byId("how").open) keepingFocus(() => showSteps(answer, minScore), byId("labels"));
    document.body.dataset.shown = change;
  }); // the hashtags first, the steps a moment later
  map?.mark(words, state.chosen);
  const unknown = answer.chosen.filter((word) => !word.known).map((word) => `#${word.word}`);
  const notices = [ignored, unknown.length && `not in the vocabulary, so nothing follows from ${unknown.join(", ")}`, ...fewer(answer)].filter(Boolean);
  byId("note").textContent = [noteOn(answer), ...notices].join("; ");
  announce([...notices.map((notice) => `${notice}.`), words.length ? `${words.length} hashtags: ${[...names.values()].join(", ")}.` : byId("hashtags").textContent, before ? inWords(changed, all) : ""].join(" "));
}

/** What can be copied. */
function showPicked() {
  caption.hashtags(picked());
  byId("copy-all").disabled = !now.answer || !allNames().length;
  byId("copy-chosen").disabled = !now.chosen.length;
  byId("copy-all").textContent = `Copy ${first(allNames()) || "all"}`;
  byId("copy-chosen").textContent = ["Copy", first(now.chosen), "chosen"].filter(Boolean).join(" ");
}

/** Where the platform does not take all of them, how many it takes. */
function first(names) {
  const { length } = caption.fitting(names);
  return length < names.length ? `the first${length > 1 ? ` ${length}` : ""}` : "";
}

function copyTags(names) {
  const what = `${names.length} hashtags`;
  copy(tags(caption.fitting(names)), first(names) ? `${first(names)} of ${what}` : what);
}

/** Take the answer off the page, where it is none to the query on the page.  instead : what stands in its place. */
function clear(instead = "") {
  [now, before] = [{ ...NOTHING, chosen: now.chosen }, null];
  for (const id of ["words", "rejected", "hashtags", "changes", "note", "timing", ...STEPS]) fill(byId(id));
  if (instead) fill(byId("hashtags"), el("li", { class: "hint" }, instead));
  byId("unsure").hidden = byId("no-chosen").hidden = true;
  for (const input of mixInputs) input.placeholder = "";
  clearTimeout(speaking);
  byId("live").textContent = instead;
  showPicked();
  map?.mark([], state.chosen);
}

function noteOn({ source, hashtags, scores_are, labels }) {
  if (!labels.length && doubts[source]) return `no label is given: choose a photo or type what is in it; until then ${doubts[source].answer}`;
  const isSorted = hashtags.every(({ score }, i) => !i || score <= hashtags[i - 1].score);
  const tested = scores_are === "estimate" ? ", an estimate, since the training had no such labels" : "";
  const isRanked = source === "experts" || source === "guesses"; // others have an order of their own
  const why = [isRanked && "a hashtag much like one above it comes later", answered.novelty > 0 && "novelty puts rarer ones first"].filter(Boolean);
  return NOTES[source] + tested + (isSorted || !why.length ? "" : `; the percentages go up and down, since ${why.join(" and ")}`);
}

const percent = (score) => (score < 0.005 ? "< 1 %" : `${number(100 * score, 0)} %`);

function showHashtags(answer, { added, moved }) {
  const largest = Math.max(...answer.hashtags.map((hashtag) => Math.abs(hashtag.score)), 1e-9);
  const isPart = ["probability", "estimate", "frequency"].includes(answer.scores_are);
  const item = ({ word, spelled, score, posts, group }) => {
    const by = moved.get(word);
    const [kind, change] = added.includes(word) ? ["added", "new"] : by > 0 ? ["up", `↑${by}`] : by < 0 ? ["down", `↓${-by}`] : ["", ""];
    return el("li", {}, name({ word, hashtag: true }, "hashtag", `#${spelled}`),
      el("span", { class: "group", title: `${posts.toLocaleString("en")} posts of the training` }, group), bar(score / largest),
      value(isPart ? percent(score) : number(score)), el("span", { class: `change ${kind}` }, change));
  };
  fill(byId("hashtags"), answer.hashtags.map(item),
    !answer.hashtags.length && el("li", { class: "hint" }, `No hashtag is left.${answered.mix ? UNMIXED : mode === "paper" ? EMPTY : ""}`));
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
    const attributes = { title: "press to remove it", data: { word: word.word, key: word.word }, onclick: () => replace("") };
    return [
      chip(word.known ? "" : "unknown", attributes, display(word), small(label.score === null ? "" : number(label.score)), small(word.known ? "" : "not known"), cross()),
      (word.endings ?? []).map((ending) => chip("ending", { data: { key: `>${ending}` }, onclick: () => replace(ending) }, ending)),
    ];
  };
  fill(byId("words"), labels.map((label, place) => !label.rejected && label.words.map((word) => chips(label, place, word))));
  showRejected(labels);
}

/** Labels that are not sure enough, on one line; used all the same once their score is off. */
function showRejected(labels) {
  const rejected = labels.filter((label) => label.rejected);
  const use = (label) => setText(asText(labels.map((other) => (other === label ? { ...other, score: null } : other))));
  byId("unsure").hidden = !rejected.length;
  byId("unsure").querySelector("summary").textContent = `not sure enough: ${rejected.map((label) => label.text).join(", ")}`;
  fill(byId("rejected"), rejected.map((label) =>
    chip("unknown", { title: `its score is below ${minScore}; press to use it all the same`, data: { key: label.text }, onclick: () => use(label) }, label.text, small(label.score))));
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
  const words = labels[place].words.map((one) => (one.word === word ? other : one.word));
  return asText(labels.map((label, i) => (i === place ? { ...label, text: words.filter(Boolean).join(" ") } : label)));
}

function asText(labels) {
  return labels.filter(({ text }) => text).map(({ text, score }) => (score === null ? text : `${text}:${score}`)).join(", ");
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

/** Choose the hashtags of a saved set too. */
function chooseAll(names) {
  const all = [...new Set([...state.chosen, ...names])];
  state.chosen = all.slice(0, MOST_CHOSEN);
  ask(undefined, all.length > MOST_CHOSEN ? `${MOST_CHOSEN} hashtags can be chosen; ${all.length - MOST_CHOSEN} of the set are left out` : "");
}

/** Show the query of a photo, or an empty one: { text, chosen, caption, photo }. */
function open(query) {
  Object.assign(state, query);
  byId("labels").value = state.text;
  caption.open(state.caption);
  ask();
  opened = changes;
}

/** Show the query of a photo that has no answer, or not yet.  instead : what stands in its place. */
function close(query, instead) {
  const isKept = query.chosen.join() === state.chosen.join();
  Object.assign(state, query);
  if (!isKept) {
    showChosen(state.chosen.map((word) => ({ word, known: true })));
    now.chosen = state.chosen;
  }
  answered = { ...state };
  byId("labels").value = state.text;
  byId("error").textContent = "";
  caption.open(state.caption);
  oldest = null; // what was asked, was asked of another photo
  changes += 1;
  opened = changes;
  clearTimeout(waiting);
  clear(instead);
  writeAddress();
  Object.assign(document.body.dataset, { asked: changes, shown: changes });
}

// The mix: how many big, middle and niche hashtags; without numbers, the best ten

const mixInputs = [...document.querySelectorAll("#mix input")];

function setMix(mix) {
  state.mix = mix;
  mixInputs.forEach((input, i) => (input.value = mix?.[i] ?? ""));
}

function readMix(since) {
  const values = mixInputs.map((input) => Math.max(0, Math.min(60, Math.trunc(Number(input.value) || 0))));
  state.mix = mixInputs.some((input) => input.value) ? values : null;
  ask(since);
}

const inGroup = ({ hashtags }, { dataset }) => hashtags.filter((hashtag) => hashtag.group === dataset.group).length;

function showMix(answer) {
  byId("unmix").hidden = !state.mix;
  for (const input of mixInputs) input.placeholder = inGroup(answer, input);
}

/** Where a group has fewer hashtags than are wanted of it. */
function fewer(answer) {
  const missing = (input, i) => state.mix && inGroup(answer, input) < state.mix[i];
  return mixInputs.filter(missing).map((input) => `no more ${input.dataset.group} ones than ${inGroup(answer, input)}`);
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
    if (state.mix) query.set("mix", state.mix.join("-"));
    if (caption.platform) query.set("platform", caption.platform);
    history.replaceState(null, "", query.size ? `#${query}` : location.pathname);
  }, 200);
}

/** Take the query of the address; gives what there is to say where a part of it cannot be taken. */
function readAddress() {
  const query = new URLSearchParams(location.hash.slice(1));
  state.text = (query.get("labels") ?? "").slice(0, 5000);
  state.chosen = (query.get("chosen") ?? "").split(" ").filter(Boolean).slice(0, MOST_CHOSEN);
  setMix(/^(\d|[1-5]\d|60)(-(\d|[1-5]\d|60)){2}$/.test(query.get("mix")) ? query.get("mix").split("-").map(Number) : null);
  byId("labels").value = state.text;
  const text = query.get("novelty");
  const wanted = Number(text ?? novelty);
  const isTaken = mode === "best" && wanted >= 0 && wanted <= 1;
  setNovelty(isTaken ? wanted : Number(novelty));
  const leftOut = (name, why) => `${name}=${query.get(name).slice(0, 20)} of the address is left out: ${why}`;
  return [
    !isTaken && text !== null && leftOut("novelty", mode === "best" ? "it is a number from 0 to 1" : "mode paper knows none"),
    !caption.take(query.get("platform") ?? "") && leftOut("platform", "it is a platform of the list, or one with a number, as in instagram=5"),
  ].filter(Boolean).join("; ");
}

/** Where the pointer or the focus is on a word, the same word is marked everywhere. */
function markSameWords(event) {
  const word = event.target.closest?.("[data-word]")?.dataset.word;
  for (const other of document.querySelectorAll("[data-word]")) other.classList.toggle("same", other.dataset.word === word);
  map?.point(word);
}

async function start() {
  for (const id of ["words", "rejected", "chosen", "hashtags", "found"]) {
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
  for (const input of mixInputs) input.addEventListener("input", (event) => readMix(event.timeStamp));
  byId("unmix").addEventListener("click", () => {
    setMix(null);
    mixInputs[0].focus();
    ask();
  });
  byId("copy-all").addEventListener("click", () => copyTags(allNames()));
  byId("copy-chosen").addEventListener("click", () => copyTags(now.chosen));
  byId("how").addEventListener("toggle", () => byId("how").open && now.answer && showSteps(now.answer, minScore));
  keepSets({ picked, use: chooseAll });
  photos = new Photos({
    open,
    close,
    answer: async (query) => {
      const { value } = await post("/api/explain", request({ ...state, ...query }));
      return { hashtags: [...spelled(value.chosen), ...spelled(value.hashtags)], source: value.source };
    },
    settings: () => JSON.stringify([state.novelty, state.mix]),
    typed: () => ({ text: state.text, chosen: state.chosen, caption: state.caption }),
    limits: { most: Number(mostImage), video, livePhoto },
    fitting: (names, text) => caption.fitting(names, text),
    doubts,
  });
  ask(undefined, readAddress());
  map = new HashtagMap(await get("/api/map"));
  map.mark(now.words, state.chosen);
  document.body.dataset.ready = "1";
}

start().catch((error) => (byId("error").textContent = error.message));
