// The map of the hashtags: a canvas that is moved, zoomed, searched and clicked.

import { get } from "./api.js";
import { bar, byId, el, fill, hasModifier, keepingFocus, name, number, roving, value } from "./dom.js";

const MOST_ZOOM = 200;
const STEP = 40; // pixels that an arrow key moves
const NAMES = 600; // hashtags whose names are drawn where there is space
// Colours of hashtags by rank: others, of the answer, near the picked one, chosen, pointed at or picked.
const COLOURS = ["dot", "accent", "word2vec", "chosen", "network"];
const PICKED = 4;

const clamp = (n, least, most) => Math.max(least, Math.min(most, n));
const posts = (point) => `${point.posts.toLocaleString("en")} posts`;

export class HashtagMap {
  constructor(data) {
    this.points = data.words.map((word, i) => ({ word, name: `#${data.spelled[i]}`, posts: data.posts[i], x: data.x[i], y: -data.y[i] }));
    this.byWord = new Map(this.points.map((point) => [point.word, point]));
    const range = (values) => ({ least: Math.min(...values), most: Math.max(...values, Math.min(...values) + 0.1) });
    this.xs = range(this.points.map((point) => point.x));
    this.ys = range(this.points.map((point) => point.y));
    this.canvas = byId("map");
    this.context = this.canvas.getContext("2d");
    this.marked = { answer: new Set(), near: new Set(), chosen: new Set() };
    this.hovered = this.picked = this.pointed = null;
    this.pointers = new Map();
    byId("map-variance").textContent = `${Math.round(100 * (data.variance[0] + data.variance[1]))} %`;
    if (data.left_out) byId("map-help").append(` The ${data.left_out.toLocaleString("en")} least used are left out.`);
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      this.draw();
    }).observe(this.canvas);
    this.resize();
  }

  /** The hashtags of the answer and the chosen ones. */
  mark(answer, chosen) {
    Object.assign(this.marked, { answer: new Set(answer), chosen: new Set(chosen) });
    this.nameChooser();
    this.draw();
  }

  /** A word that is pointed at elsewhere on the page; undefined for none. */
  point(word) {
    const pointed = this.byWord.get(word) ?? null;
    if (pointed === this.pointed) return;
    this.pointed = pointed;
    this.draw();
  }

  // Where things are: pixels = coordinates * scale + (left, top)

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const middle = this.width && this.middle();
    Object.assign(this, { width, height });
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    if (middle) this.centre(middle);
    else this.all();
  }

  /** The scale at which all hashtags are visible, with space for their names. */
  fit() {
    return Math.min((this.width - 90) / (this.xs.most - this.xs.least), (this.height - 30) / (this.ys.most - this.ys.least));
  }

  all() {
    this.scale = this.fit();
    this.centre({ x: (this.xs.least + this.xs.most) / 2, y: (this.ys.least + this.ys.most) / 2 });
  }

  middle() {
    return { x: (this.width / 2 - this.left) / this.scale, y: (this.height / 2 - this.top) / this.scale };
  }

  centre({ x, y }) {
    this.left = this.width / 2 - x * this.scale;
    this.top = this.height / 2 - y * this.scale;
    this.draw();
  }

  /** Move by pixels, but never so far that no hashtag is near. */
  move(dx, dy) {
    const { x, y } = this.middle();
    this.centre({ x: clamp(x - dx / this.scale, -1.2, 1.2), y: clamp(y - dy / this.scale, -1.2, 1.2) });
  }

  /** Zoom so that what is at a pixel stays there. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const scale = clamp(this.scale * factor, this.fit() * 0.5, this.fit() * MOST_ZOOM);
    this.left = px - ((px - this.left) * scale) / this.scale;
    this.top = py - ((py - this.top) * scale) / this.scale;
    this.scale = scale;
    this.move(0, 0);
  }

  at(point) {
    return [point.x * this.scale + this.left, point.y * this.scale + this.top];
  }

  radius(point) {
    return 2.2 + 3.5 * Math.sqrt(point.posts / this.points[0].posts);
  }

  /** The hashtag nearest to a pixel, within so many pixels. */
  nearest(px, py, within = 16) {
    let [best, least] = [null, within];
    for (const point of this.points) {
      const [x, y] = this.at(point);
      const distance = Math.hypot(x - px, y - py);
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  nearestToMiddle() {
    return this.nearest(this.width / 2, this.height / 2, Infinity);
  }

  // Drawing, at most once a frame, and only where it is seen: it would hold up the answer to a key

  draw() {
    if (this.drawing || !this.visible || this.width === undefined) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.paint();
    });
  }

  rank(point) {
    if ([this.hovered, this.pointed, this.picked].includes(point)) return PICKED;
    return Object.values(this.marked).findLastIndex((words) => words.has(point.word)) + 1;
  }

  paint() {
    const { context } = this;
    const style = getComputedStyle(this.canvas);
    this.colour = (name) => style.getPropertyValue(`--${name}`);
    this.font = style.fontFamily;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const colours = COLOURS.map(this.colour);
    const ranked = this.points
      .map((point) => ({ point, rank: this.rank(point), x: this.at(point)[0], y: this.at(point)[1] }))
      .filter(({ x, y }) => x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20)
      .sort((a, b) => b.rank - a.rank || b.point.posts - a.point.posts);
    for (const { point, rank, x, y } of ranked.toReversed()) {
      context.globalAlpha = rank ? 1 : 0.55;
      context.fillStyle = colours[rank];
      context.beginPath();
      context.arc(x, y, this.radius(point) + (rank ? 1.5 : 0), 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
    this.paintNames(ranked.slice(0, NAMES), [this.colour("text"), ...colours.slice(1)]);
    const { scale, left, top } = this;
    Object.assign(this.canvas.dataset, { scale: scale.toFixed(2), left: left.toFixed(2), top: top.toFixed(2) });
  }

  /** Names where there is space for them, marked and often used ones first. */
  paintNames(ranked, colours) {
    const { context } = this;
    const taken = [];
    Object.assign(context, { textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: this.colour("raised") });
    for (const { point, rank, x, y } of ranked) {
      context.font = `${rank ? 600 : 400} 12px ${this.font}`;
      const text = point.name.length > 40 ? `${point.name.slice(0, 39)}…` : point.name;
      const { width } = context.measureText(text);
      const beside = this.radius(point) + 4;
      const left = x + beside + width > this.width ? x - beside - width : x + beside;
      const overlaps = (other) => left - 2 < other.right && left + width + 2 > other.left && Math.abs(y - other.y) < 16;
      if (rank < PICKED && taken.some(overlaps)) continue;
      taken.push({ left: left - 2, right: left + width + 2, y });
      context.strokeText(text, left, y);
      context.fillStyle = colours[rank];
      context.fillText(text, left, y);
    }
  }

  // Listening

  listen() {
    const on = (id, events) => Object.entries(events).forEach(([type, listener]) => byId(id).addEventListener(type, listener, { passive: false }));
    on("map", {
      pointerdown: (event) => this.pressed(event),
      pointermove: (event) => this.moved(event),
      pointerup: (event) => this.released(event),
      pointercancel: (event) => this.pointers.delete(event.pointerId),
      pointerleave: () => this.hover(null),
      wheel: (event) => {
        event.preventDefault();
        const pixels = clamp(event.deltaY * (event.deltaMode === 1 ? 18 : 1), -150, 150);
        this.zoom(Math.exp(-pixels * 0.0035), event.offsetX, event.offsetY);
      },
      keydown: (event) => this.key(event),
    });
    on("zoom-in", { click: () => this.zoom(1.6) });
    on("zoom-out", { click: () => this.zoom(1 / 1.6) });
    on("zoom-all", { click: () => this.all() });
    on("search", {
      input: () => this.showFound(),
      keydown: (event) => {
        if (event.key === "Enter" && this.found().length) this.go(this.found()[0]);
        if (event.key === "ArrowDown") byId("found").querySelector("button")?.focus();
      },
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  pressed(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.dragged = this.pointers.size > 1 ? Infinity : 0;
  }

  moved({ pointerId, offsetX: x, offsetY: y }) {
    const before = this.pointers.get(pointerId);
    if (!before) return this.hover(this.nearest(x, y));
    const [dx, dy] = [x - before[0], y - before[1]];
    const other = [...this.pointers].find(([id]) => id !== pointerId)?.[1];
    if (other) {
      const apart = (px, py) => Math.hypot(px - other[0], py - other[1]);
      this.move(dx / 2, dy / 2);
      this.zoom(apart(x, y) / Math.max(1, apart(...before)), (x + other[0]) / 2, (y + other[1]) / 2);
    } else {
      this.dragged += Math.hypot(dx, dy);
      this.move(dx, dy);
    }
    this.pointers.set(pointerId, [x, y]);
  }

  released(event) {
    this.pointers.delete(event.pointerId);
    if (this.dragged < 5) this.pick(this.nearest(event.offsetX, event.offsetY, event.pointerType === "touch" ? 28 : 16));
  }

  key(event) {
    const actions = {
      ArrowLeft: () => this.move(STEP, 0),
      ArrowRight: () => this.move(-STEP, 0),
      ArrowUp: () => this.move(0, STEP),
      ArrowDown: () => this.move(0, -STEP),
      "+": () => this.zoom(1.3),
      "-": () => this.zoom(1 / 1.3),
      0: () => this.all(),
      Enter: () => this.pick(this.nearestToMiddle()),
    };
    const key = { "=": "+", Home: "0", " ": "Enter" }[event.key] ?? event.key;
    if (!(key in actions) || hasModifier(event)) return;
    event.preventDefault();
    actions[key]();
    this.hover(this.nearestToMiddle());
  }

  hover(point) {
    if (point === this.hovered) return;
    this.hovered = point;
    this.canvas.classList.toggle("over", point !== null);
    byId("map-name").textContent = point ? `${point.name}, ${posts(point)}` : "";
    this.draw();
  }

  // Searching and picking

  wanted() {
    return byId("search").value.trim().replace(/^#/, "").toLowerCase();
  }

  found() {
    const wanted = this.wanted();
    const found = wanted ? this.points.filter((point) => point.word.includes(wanted)) : [];
    return found.sort((a, b) => b.word.startsWith(wanted) - a.word.startsWith(wanted) || b.posts - a.posts);
  }

  showFound() {
    const found = this.found();
    fill(byId("found"), found.slice(0, 8).map((point) => el("li", {}, this.goer(point, "chip"))),
      this.wanted() && !found.length && el("li", { class: "hint" }, "No hashtag has that in it."));
  }

  /** A button that goes to a hashtag. */
  goer(point, kind) {
    return el("button", { type: "button", class: kind, data: { word: point.word, key: point.word }, onclick: () => this.go(point) }, point.name);
  }

  go(point) {
    this.scale = Math.max(this.scale, this.fit() * 5);
    this.centre(point);
    this.pick(point);
  }

  async pick(point) {
    this.picked = point;
    this.marked.near = new Set();
    this.draw();
    if (!point) return fill(byId("near"));
    try {
      const { neighbours } = await get(`/api/neighbours?word=${encodeURIComponent(point.word)}`);
      if (this.picked !== point) return;
      this.marked.near = new Set(neighbours.map((word) => word.word));
      this.draw();
      keepingFocus(() => fill(byId("near"), this.near(point, neighbours)), this.canvas);
    } catch (error) {
      if (this.picked === point) fill(byId("near"), el("p", { class: "error" }, error.message));
    }
  }

  near(point, neighbours) {
    const item = (word) => {
      const other = this.byWord.get(word.word);
      return el("li", {}, other ? this.goer(other, "word") : name({ word: word.word }), bar(word.cosine, "word2vec"), value(number(word.cosine, 3)));
    };
    this.chooser = el("button", { type: "button", class: "button", data: { choose: point.word } });
    this.nameChooser();
    return [
      el("h3", {}, point.name, value(` ${posts(point)}`)),
      el("p", {}, this.chooser),
      roving(el("ol", { class: "bars", data: { list: "near" }, "aria-label": `Nearest to ${point.name}` }, neighbours.map(item))),
    ];
  }

  nameChooser() {
    if (this.chooser) this.chooser.textContent = this.marked.chosen.has(this.picked?.word) ? "Remove from chosen" : "Add to chosen";
  }
}
