// Judging: a pair of lists, a key, the next pair. The server keeps everything; this page keeps who is judging.

import { post } from "./api.js";
import { byId, el, fill } from "./dom.js";

let pair = null;
let busy = false;

/** This browser's own name for its judge, made once. */
function session() {
  let name = localStorage.getItem("instahash-session");
  if (!name) {
    name = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem("instahash-session", name);
  }
  return name;
}

async function step(path, more = {}) {
  if (busy) return;
  busy = true;
  try {
    const { value } = await post(path, { session: session(), judge: byId("name").value.trim(), ...more });
    byId("error").textContent = "";
    show(value);
  } catch (error) {
    byId("error").textContent = error.message;
  } finally {
    busy = false;
  }
}

const choose = (choice) => pair && step("/api/judge/choose", { pair: pair.pair, choice });
const undo = () => step("/api/judge/undo");

function show(value) {
  pair = value.pair === undefined ? null : value;
  byId("progress").textContent = `${value.judged} judged, ${value.posts} posts`;
  byId("sides").hidden = !pair;
  byId("below").hidden = !pair && !value.judged;
  byId("equal").hidden = !pair;
  byId("undo").disabled = !value.judged;
  byId("question").textContent = pair ? "Which hashtags fit this photo better?" : "Thank you: there is nothing left to judge.";
  fill(byId("seen"), pair && seen());
  for (const side of ["left", "right"]) {
    const names = pair ? pair[side] : [];
    fill(byId(`${side}-hashtags`), names.map((name) => el("li", {}, `#${name}`)), names.length ? null : el("li", { class: "hint" }, "no hashtag"));
    byId(side).setAttribute("aria-label", `The ${side} ones are better: ${names.join(", ") || "no hashtag"}`);
  }
  document.body.dataset.pair = pair ? pair.pair : "none";
  byId("question").focus({ preventScroll: true }); // so that a key meant for the next pair presses no button of this one
  byId("live").textContent = pair ? `Photo of ${pair.labels.join(", ")}. Left: ${pair.left.join(", ")}. Right: ${pair.right.join(", ")}.` : "Nothing left to judge.";
}

function seen() {
  if (pair.photo) {
    const source = `/api/judge/photo?pair=${pair.pair}&session=${encodeURIComponent(session())}`;
    return el("img", { src: source, alt: `A photo of ${pair.labels.join(", ")}` });
  }
  return [el("p", { class: "hint" }, "What a detector saw in it:"), el("ul", { class: "chips" }, pair.labels.map((label) => el("li", { class: "chip" }, label)))];
}

const KEYS = { ArrowLeft: () => choose("left"), ArrowRight: () => choose("right"), ArrowDown: () => choose("equal"), " ": () => choose("equal"), Backspace: undo };

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input");
  const pressing = event.key === " " && event.target.closest("button, a");
  if (!(event.key in KEYS) || typing || pressing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  KEYS[event.key]();
});
for (const choice of ["left", "right", "equal"]) byId(choice).addEventListener("click", () => choose(choice));
byId("undo").addEventListener("click", undo);
byId("name").value = localStorage.getItem("instahash-judge") ?? "";
byId("name").addEventListener("input", (event) => localStorage.setItem("instahash-judge", event.target.value));
step("/api/judge/next");
