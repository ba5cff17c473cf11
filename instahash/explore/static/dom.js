// Elements made of values. Text only ever becomes text: no string of a model is read as HTML.

export const byId = (id) => document.getElementById(id);

/** An element: attributes by name ("on..." are listeners, "data" an object), then texts and elements. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  fill(element, ...children);
  return element;
}

/** Put children, which may be lists in lists, in place of an element's own; what is null or false is left out. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

export const hint = (...text) => el("p", { class: "hint" }, ...text);
export const value = (text, kind = "") => el("span", { class: `value ${kind}` }, text);

/** A word as text: hashtags with their sign, as people write them. */
export const display = (word) => (word.hashtag ? `#${word.spelled ?? word.word}` : word.word);

/** A word; a hashtag is a button that chooses it, see explore.js. */
export function name(word, kind = "word", text = display(word)) {
  if (!word.hashtag) return el("span", { class: kind, data: { word: word.word } }, text);
  return el("button", { type: "button", class: kind, data: { word: word.word, key: word.word, choose: word.word } }, text);
}

/** A bar of a value in [-1, 1], which only decorates a number beside it. */
export function bar(part, kind = "") {
  const inner = el("span", { class: part < 0 ? "negative" : "positive" });
  inner.style.setProperty("--part", Math.min(1, Math.abs(part)).toFixed(3));
  return el("span", { class: `bar ${kind}`, "aria-hidden": "true" }, inner);
}

/** A number with so many decimals and a true minus; a dash for none. */
export const number = (n, digits = 2) => n?.toFixed(digits).replace("-", "−") ?? "–";
export const signed = (n, digits = 2) => (n > 0 ? "+" : "") + number(n, digits);

/** One stop of the Tab key for all buttons of a list; arrows, Home and End move between them. */
export function roving(list) {
  const stops = () => [...list.querySelectorAll("button")];
  const only = (stop) => stops().forEach((other) => (other.tabIndex = other === stop ? 0 : -1));
  const first = () => only(stops().find((stop) => stop.tabIndex === 0) ?? stops()[0]);
  new MutationObserver(first).observe(list, { childList: true, subtree: true });
  only(stops()[0]);
  list.addEventListener("focusin", (event) => stops().includes(event.target) && only(event.target));
  list.addEventListener("keydown", (event) => {
    const all = stops();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (at < 0 || !(event.key in to) || hasModifier(event)) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to[event.key]))].focus();
  });
  return list;
}

export const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

/** Run `draw`, and give the focus back to what stands in the place of what had it; `otherwise` where nothing does. */
export function keepingFocus(draw, otherwise) {
  const active = document.activeElement;
  const list = active?.closest("[data-list]");
  const place = list ? [...list.querySelectorAll("button")].indexOf(active) : -1;
  draw();
  if (!list || document.body.contains(active)) return;
  const buttons = [...document.querySelectorAll(`[data-list="${list.dataset.list}"] button`)];
  const next = buttons.find((button) => button.dataset.key === active.dataset.key) ?? buttons[Math.min(place, buttons.length - 1)];
  (next ?? otherwise).focus({ preventScroll: true });
}
