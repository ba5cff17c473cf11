// Photos with a model's hashtags: which of these are right. This browser keeps what was pressed, for each model.

import { get } from "./api.js";
import { copy } from "./copy.js";
import { byId, el, fill, roving } from "./dom.js";

const ENOUGH = 3; // hashtags that make an answer one that people accept
let key = "";
let posts = [];
let right = new Map(); // id of a post -> its right hashtags
let forgotten = null; // what it was before it was begun again, until something is pressed

function read() {
  try {
    return new Map(JSON.parse(localStorage.getItem(key) ?? "[]"));
  } catch {
    return new Map();
  }
}

function press(id, hashtag) {
  const of = right.get(id) ?? [];
  right.set(id, of.includes(hashtag) ? of.filter((other) => other !== hashtag) : [...of, hashtag]);
  forgotten = null;
  keep();
}

/** Begin again, or take that back. */
function forget() {
  [right, forgotten] = [forgotten ?? new Map(), !forgotten && right.size ? right : null];
  keep();
}

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify([...right]));
  } catch {
    // A browser that keeps nothing still counts what is pressed.
  }
  show();
}

const accepted = () => posts.filter(({ id }) => (right.get(id) ?? []).length >= ENOUGH).length;

function show() {
  for (const button of document.querySelectorAll("#rated button")) {
    button.setAttribute("aria-pressed", (right.get(button.dataset.post) ?? []).includes(button.dataset.hashtag));
  }
  byId("forget").textContent = forgotten ? "Bring them back" : "Start again";
  const n = posts.reduce((sum, { id }) => sum + (right.get(id) ?? []).length, 0);
  byId("total").textContent = `${accepted()} of ${posts.length} with three or more right; ${n} hashtags are right in all.`;
}

function row({ id, place, labels, photo, hashtags }) {
  const seen = photo ? el("img", { src: `/api/rate/photo?place=${place}`, alt: `The photo ${id}`, loading: "lazy" }) : el("p", { class: "hint" }, labels.join(", "));
  const button = (hashtag) => el("li", {}, el("button", { type: "button", data: { post: id, hashtag }, onclick: () => press(id, hashtag) }, `#${hashtag}`));
  const list = el("ul", { class: "chips", "aria-label": `Hashtags for ${id}` }, hashtags.map(button));
  return el("li", { class: "card" }, seen, hashtags.length ? roving(list) : el("p", { class: "hint" }, "no hashtag"));
}

function exported() {
  const rated = posts.map(({ id, hashtags }) => {
    const of = right.get(id) ?? [];
    return { id, right: hashtags.filter((name) => of.includes(name)), wrong: hashtags.filter((name) => !of.includes(name)) };
  });
  return JSON.stringify({ system: key.replace(/^.*? /, ""), photos: posts.length, three_or_more_right: accepted(), rated }, null, 1);
}

async function start() {
  const value = await get("/api/rate");
  key = `instahash-rated ${value.system}`;
  posts = value.posts;
  right = read();
  fill(byId("rated"), posts.map(row));
  byId("copy").addEventListener("click", () => copy(exported(), `${posts.length} photos`));
  byId("forget").addEventListener("click", forget);
  show();
  document.body.dataset.ready = "1";
}

start().catch((error) => (byId("error").textContent = error.message));
