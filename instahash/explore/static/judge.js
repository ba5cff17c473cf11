// Judging: two lists, a key, the next two lists. The server keeps everything; this page keeps who is judging.

import { post } from "./api.js";
import { byId, el, fill, hasModifier, hint } from "./dom.js";

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
  }
  busy = false;
}

const choose = (choice) => pair && step("/api/judge/choose", { pair: pair.pair, choice });
const undo = () => step("/api/judge/undo");

function show(value) {
  pair = value.pair === undefined ? null : value;
  byId("about").textContent = `${value.judged} judged, ${value.posts} posts`;
  byId("sides").hidden = byId("equal").hidden = !pair;
  byId("below").hidden = !pair && !value.judged;
  byId("ended").hidden = Boolean(pair);
  byId("undo").disabled = !value.judged;
  byId("question").textContent = pair ? "Which hashtags fit this photo better?" : "Thank you: there is nothing left to judge.";
  fill(byId("seen"), pair && seen());
  for (const side of ["left", "right"]) {
    const names = pair?.[side] ?? [];
    fill(byId(`${side}-hashtags`), names.map((name) => el("li", {}, `#${name}`)), !names.length && el("li", { class: "hint" }, "no hashtag"));
    byId(side).setAttribute("aria-label", `The ${side} ones are better: ${names.join(", ") || "no hashtag"}`);
  }
  document.body.dataset.pair = pair?.pair ?? "none";
  byId("question").focus({ preventScroll: true }); // so that a key meant for the next pair presses no button of this one
  byId("live").textContent = pair ? `Photo of ${pair.labels.join(", ")}. Left: ${pair.left.join(", ")}. Right: ${pair.right.join(", ")}.` : "Nothing left to judge.";
}

function seen() {
  const source = `/api/judge/photo?${new URLSearchParams({ pair: pair.pair, session: session() })}`;
  if (pair.photo) return el("img", { src: source, alt: `A photo of ${pair.labels.join(", ")}` });
  return [hint("What a detector saw in it:"), el("ul", { class: "chips", "aria-label": "Labels" }, pair.labels.map((label) => el("li", { class: "chip" }, label)))];
}

const CHOICES = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "equal", " ": "equal" };

document.addEventListener("keydown", (event) => {
  const pressing = event.key === " " && event.target.closest("button, a");
  const isKey = event.key in CHOICES || event.key === "Backspace";
  if (!isKey || event.target.closest("input") || pressing || event.repeat || hasModifier(event)) return;
  event.preventDefault();
  if (event.key === "Backspace") undo();
  else choose(CHOICES[event.key]);
});
for (const choice of ["left", "right", "equal"]) byId(choice).addEventListener("click", () => choose(choice));
byId("undo").addEventListener("click", undo);
byId("name").value = localStorage.getItem("instahash-judge") ?? "";
byId("name").addEventListener("input", (event) => localStorage.setItem("instahash-judge", event.target.value));
step("/api/judge/next");
