// Word vectors on a plane: a point that can be taken hold of for each word, and its way behind and before it.

import { el, fill, hasModifier, number } from "./dom.js";
import { colour, line, sized } from "./curve.js";

// Colours of topics, in their order.
const TOPICS = ["word2vec", "network", "chosen", "good", "bad"];
// How far from the middle the plane reaches.
const REACHES = [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16, 32, 64, 125, 250, 500, 1000];
const BEHIND = 60; // steps of the way so far that are drawn
const BEFORE = 40; // steps that are to come
const KEY = 1 / 40; // of the plane's width, that an arrow key moves
const NAMES_EVERY = 6; // frames: where names have space is not looked for at each
// Where a name may stand, by the place of its left upper corner, from its point, and its size.
const SIDES = {
  right: () => [10, -10],
  left: (long) => [-10 - long, -10],
  above: (long) => [-long / 2, -29],
  below: (long) => [-long / 2, 7],
};
const HIGH = 20; // pixels of a name
const FARTHEST = 1000;

const clamp = (n) => Math.max(-FARTHEST, Math.min(FARTHEST, n));

export class Plane {
  /** moved(name, i, x, y) : a word's row of W or C is to be there.  held(is) : a word is taken hold of, or let go. */
  constructor(element, { moved, held }) {
    Object.assign(this, { element, moved, held, points: [], rings: false, reach: REACHES[0], painted: 0 });
    this.canvas = element.querySelector("canvas");
    this.reduced = matchMedia("(prefers-reduced-motion: reduce)");
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** A point for each word, and a ring; these are made anew where the words are others. */
  name(words, topics) {
    if (this.words === words.join()) return;
    this.words = words.join();
    this.grip = null;
    const made = (name) => words.map((word, i) => this.made(name, word, i, TOPICS[topics[i]] ?? "dot"));
    this.points = [...made("W"), ...made("C")];
    fill(this.element, this.canvas, this.points.map((point) => point.button));
    for (const point of this.points) point.long = point.label.offsetWidth;
    this.only(this.points[0]);
    this.painted = 0;
    this.show(this.rings);
  }

  made(name, word, i, tone) {
    const label = el("span", { class: "label" }, word);
    const button = el("button", { type: "button", class: `point ${name === "W" ? "input" : "ring"} ${tone}`, data: { word, array: name } },
      el("span", { class: "mark" }), label);
    const title = name === "W" ? word : `${word}, output vector`;
    const point = { name, word, i, title, tone, button, label, side: "right", x: 0, y: 0 };
    button.setAttribute("aria-label", title);
    button.addEventListener("pointerdown", (event) => this.pressed(event, point));
    button.addEventListener("pointermove", (event) => this.dragged(event, point));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, () => this.released(point));
    button.addEventListener("focus", () => this.only(point));
    return point;
  }

  /** Whether the output vectors are shown. */
  show(rings) {
    this.rings = rings;
    for (const point of this.points) if (point.name === "C") point.button.hidden = !rings;
    if (this.points.some(({ button }) => button.hidden && button.tabIndex === 0)) this.only(this.points[0]);
    this.painted = 0;
  }

  /** One stop of the Tab key for all words. */
  only(point) {
    for (const other of this.points) other.button.tabIndex = other === point ? 0 : -1;
    this.say(point);
  }

  say(point) {
    point.button.setAttribute("aria-label", `${point.title}, at ${number(point.x)}, ${number(point.y)}`);
  }

  // Moving a word by hand

  pressed(event, point) {
    if (event.button || this.grip) return; // another button opens a menu, another finger holds another word
    event.preventDefault();
    point.button.focus();
    point.button.setPointerCapture(event.pointerId);
    this.grip = point;
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = this.at(point.x, point.y);
    this.beside = [event.clientX - left - x, event.clientY - top - y]; // of the point's middle, in pixels
    point.button.classList.add("held");
    this.held(true);
  }

  dragged(event, point) {
    if (this.grip !== point) return;
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left - this.beside[0], event.clientY - top - this.beside[1]];
    this.move(point, (x - this.middle[0]) / this.scale, (this.middle[1] - y) / this.scale);
  }

  released(point) {
    if (this.grip !== point) return;
    this.grip = null;
    point.button.classList.remove("held");
    this.say(point);
    this.held(false);
  }

  move(point, x, y) {
    this.moved(point.name, point.i, clamp(x), clamp(y));
  }

  key(event) {
    const point = this.points.find((each) => each.button === document.activeElement);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const seen = this.points.filter((each) => !each.button.hidden);
    const to = { PageDown: seen.indexOf(point) + 1, PageUp: seen.indexOf(point) - 1, Home: 0, End: seen.length - 1 }[event.key];
    if (!point || hasModifier(event) || (!way && to === undefined)) return;
    event.preventDefault();
    if (!way) return seen[(to + seen.length) % seen.length].button.focus({ preventScroll: true });
    const far = 2 * this.reach * KEY * (event.shiftKey ? 5 : 1);
    this.move(point, point.x + far * way[0], point.y + far * way[1]);
    this.say(point);
  }

  // Drawing

  /** Draw what is `part` of the way from frame `place` to the next.  playing : whether more is drawn soon. */
  draw(frames, place, part, playing) {
    const drawing = sized(this.canvas);
    if (!drawing) return;
    const [now, next] = [frames[place], frames[Math.min(place + 1, frames.length - 1)]];
    for (const point of this.points) {
      const [a, b] = [now[point.name][point.i], next[point.name][point.i]];
      point.x = a[0] + part * (b[0] - a[0]);
      point.y = a[1] + part * (b[1] - a[1]);
    }
    this.seen = this.points.filter((point) => !point.button.hidden);
    this.fit(drawing, playing && !this.reduced.matches && this.painted > 0);
    this.grid(drawing);
    for (const point of this.seen) this.way(drawing.context, frames, place, point);
    if (this.painted++ % NAMES_EVERY === 0 || !playing) this.space(drawing);
    for (const point of this.seen) {
      const [x, y] = this.at(point.x, point.y);
      point.button.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    }
    this.element.dataset.scale = this.scale.toFixed(3);
  }

  at(x, y) {
    return [this.middle[0] + x * this.scale, this.middle[1] - y * this.scale];
  }

  /** Reach a little further, or less far, than the outermost word; not while one is held. */
  fit({ width, height }, eased) {
    const far = Math.max(...this.seen.map((point) => Math.max(Math.abs(point.x), Math.abs(point.y))));
    const wanted = REACHES.find((reach) => far < 0.92 * reach) ?? far;
    if (!this.wanted || wanted > this.wanted || far < 0.5 * this.wanted) this.wanted = wanted;
    if (!this.grip) this.reach = eased ? this.reach * (this.wanted / this.reach) ** 0.1 : this.wanted;
    this.middle = [width / 2, height / 2];
    this.scale = Math.min(width, height) / 2 / this.reach;
  }

  grid({ context, width, height }) {
    Object.assign(context, { lineWidth: 1, strokeStyle: colour("rule"), fillStyle: colour("quiet"), textAlign: "left", textBaseline: "alphabetic" });
    line(context, [0, this.middle[1]], [width, this.middle[1]]);
    line(context, [this.middle[0], 0], [this.middle[0], height]);
    context.font = `11px ${(this.font ??= getComputedStyle(this.element).fontFamily)}`;
    const unit = 10 ** Math.floor(Math.log10(this.reach));
    const radius = [unit, unit / 2, 2 * unit, 5 * unit].filter((r) => r < 0.8 * this.reach).sort((a, b) => b - a)[0];
    context.globalAlpha = 0.8;
    context.beginPath();
    context.arc(...this.middle, radius * this.scale, 0, 2 * Math.PI);
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(`length ${radius}`, this.middle[0] + 4, this.middle[1] - radius * this.scale - 4);
  }

  way(context, frames, place, point) {
    const through = (first, last) => {
      context.beginPath();
      for (let step = first; step <= last; step++) context.lineTo(...this.at(...frames[step][point.name][point.i]));
      if (last === place) context.lineTo(...this.at(point.x, point.y));
      context.stroke();
    };
    Object.assign(context, { lineWidth: 2, strokeStyle: colour(point.tone), lineJoin: "round", lineCap: "round" });
    context.globalAlpha = 0.35;
    through(Math.max(0, place - BEHIND), place);
    context.globalAlpha = 0.6;
    context.setLineDash([0.1, 5]);
    through(place, Math.min(frames.length - 1, place + BEFORE));
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** Names where there is space for them; a word that is held or has the focus is always named. */
  space({ width, height }) {
    const box = (point, [dx, dy], long, high) => {
      const [x, y] = this.at(point.x, point.y);
      return { left: x + dx, right: x + dx + long, top: y + dy, bottom: y + dy + high };
    };
    const marks = this.seen.map((point) => box(point, [-5, -5], 10, 10));
    const names = [];
    const meets = (a) => (b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
    const isFree = (own) => own.left > 0 && own.right < width && own.top > 0 && own.bottom < height && ![...marks, ...names].some(meets(own));
    const first = (point) => Number(point === this.grip || point.button === document.activeElement);
    for (const point of [...this.seen].sort((a, b) => first(b) - first(a))) {
      const at = (side) => box(point, SIDES[side](point.long), point.long, HIGH);
      const free = [point.side, ...Object.keys(SIDES)].find((side) => isFree(at(side)));
      point.side = free ?? point.side;
      point.button.dataset.side = point.side;
      point.button.classList.toggle("unnamed", !free && !first(point));
      if (free) names.push(at(free));
    }
  }
}
