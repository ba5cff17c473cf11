// Elements out of values. Text only ever becomes text: no string of a model is read as HTML.

export const byId = (id) => document.getElementById(id);

/** An element: attributes by name ("on..." are listeners, "data" an object), then texts and elements. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

/** Put children in place of an element's own. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

/** Lists in lists as one, without what is not there. */
const present = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** A bar of a value in [-1, 1], which only decorates a number beside it. */
export function bar(value, kind = "") {
  const inner = el("span", { class: value < 0 ? "negative" : "positive" });
  inner.style.setProperty("--part", Math.min(1, Math.abs(value)).toFixed(3));
  return el("span", { class: `bar ${kind}`, "aria-hidden": "true" }, inner);
}

/** A number with so many decimals and a true minus; a dash for none. */
export function number(value, digits = 2) {
  return value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");
}

export const signed = (value, digits = 2) => (value > 0 ? "+" : "") + number(value, digits);

/** One stop of the Tab key for all buttons of a list; arrows, Home and End move between them. */
export function roving(list) {
  if (list.dataset.roving) return;
  list.dataset.roving = "1";
  const stops = () => [...list.querySelectorAll("button, a[href]")];
  const only = (stop) => stops().forEach((other) => (other.tabIndex = other === stop ? 0 : -1));
  new MutationObserver(() => only(stops().find((stop) => stop.tabIndex === 0) ?? stops()[0])).observe(list, {
    childList: true,
    subtree: true,
  });
  only(stops()[0]);
  list.addEventListener("focusin", (event) => stops().includes(event.target) && only(event.target));
  list.addEventListener("keydown", (event) => {
    const all = stops();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (at < 0 || !(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to[event.key]))].focus();
  });
}

/** Run `draw`, and give the focus back to what stood in the place of what had it. */
export function keepingFocus(draw, otherwise) {
  const active = document.activeElement;
  const list = active?.closest("[data-list]");
  const key = active?.dataset.key;
  const place = list ? [...list.querySelectorAll("button")].indexOf(active) : -1;
  draw();
  if (!list || document.body.contains(active)) return;
  const now = document.querySelector(`[data-list="${list.dataset.list}"]`);
  const buttons = now ? [...now.querySelectorAll("button")] : [];
  const next = buttons.find((button) => button.dataset.key === key) ?? buttons[Math.min(place, buttons.length - 1)];
  (next ?? otherwise).focus({ preventScroll: true });
}
