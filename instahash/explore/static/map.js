// The map of the hashtags: a canvas that is moved, zoomed, searched and clicked.

import { get } from "./api.js";
import { bar, byId, el, fill, keepingFocus, number, roving } from "./dom.js";

const MOST_ZOOM = 200;
const STEP = 40; // pixels an arrow key moves

export class HashtagMap {
  constructor(data, choose) {
    this.points = data.words.map((word, i) => ({ word, name: `#${data.spelled[i]}`, posts: data.posts[i], x: data.x[i], y: -data.y[i] }));
    const [xs, ys] = [this.points.map((point) => point.x), this.points.map((point) => point.y)];
    this.box = { left: Math.min(...xs), right: Math.max(...xs, Math.min(...xs) + 0.1), top: Math.min(...ys), bottom: Math.max(...ys, Math.min(...ys) + 0.1) };
    this.byWord = new Map(this.points.map((point) => [point.word, point]));
    this.choose = choose;
    this.canvas = byId("map");
    this.context = this.canvas.getContext("2d");
    this.marked = { answer: new Set(), chosen: new Set(), near: new Set() };
    this.hovered = this.picked = this.pointed = null;
    this.pointers = new Map();
    byId("map-share").textContent = `${Math.round(100 * (data.shares[0] + data.shares[1]))} %`;
    if (data.left_out) byId("map-help").append(` The ${data.left_out.toLocaleString("en")} least used are left out.`);
    this.listen();
    this.searches();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      this.draw();
    }).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.resize();
  }

  /** The hashtags of the answer and the chosen ones. */
  mark(answer, chosen) {
    this.marked.answer = new Set(answer);
    this.marked.chosen = new Set(chosen);
    this.nameChooser();
    this.draw();
  }

  /** A word that is pointed at elsewhere on the page; undefined for none. */
  point(word) {
    const pointed = this.byWord.get(word) ?? null;
    if (pointed !== this.pointed) {
      this.pointed = pointed;
      this.draw();
    }
  }

  // Where things are: pixels = coordinates * scale + (left, top)

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const first = this.width === undefined;
    const middle = first ? null : this.middle();
    Object.assign(this, { width, height });
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    if (first) this.all();
    else this.centre(middle);
  }

  /** The scale at which all hashtags are to be seen, with room for their names. */
  fit() {
    const { box } = this;
    return Math.min((this.width - 90) / (box.right - box.left), (this.height - 30) / (box.bottom - box.top));
  }

  all() {
    this.scale = this.fit();
    this.centre({ x: (this.box.left + this.box.right) / 2, y: (this.box.top + this.box.bottom) / 2 });
  }

  middle() {
    return { x: (this.width / 2 - this.left) / this.scale, y: (this.height / 2 - this.top) / this.scale };
  }

  centre({ x, y }) {
    this.left = this.width / 2 - x * this.scale;
    this.top = this.height / 2 - y * this.scale;
    this.draw();
  }

  move(dx, dy) {
    const at = this.middle();
    const within = (value) => Math.max(-1.2, Math.min(1.2, value)); // so that nobody gets lost
    this.centre({ x: within(at.x - dx / this.scale), y: within(at.y - dy / this.scale) });
  }

  /** Zoom so that what is at a pixel stays there. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const scale = Math.max(this.fit() * 0.5, Math.min(this.fit() * MOST_ZOOM, this.scale * factor));
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
    let best = null;
    let least = within ** 2;
    for (const point of this.points) {
      const [x, y] = this.at(point);
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
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

  paint() {
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = { dot: colour("dot"), text: colour("ink"), halo: colour("card"), answer: colour("accent"), chosen: colour("chosen"), near: colour("w2v"), picked: colour("net") };
    const { context } = this;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const visible = this.points.filter((point) => {
      const [x, y] = this.at(point);
      return x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20;
    });
    const rank = (point) =>
      [this.hovered, this.pointed, this.picked].includes(point) ? 4 : this.marked.chosen.has(point.word) ? 3 : this.marked.near.has(point.word) ? 2 : this.marked.answer.has(point.word) ? 1 : 0;
    const ranked = visible.map((point) => [point, rank(point)]).sort((a, b) => a[1] - b[1]);
    for (const [point, kind] of ranked) {
      const [x, y] = this.at(point);
      context.globalAlpha = kind ? 1 : 0.55;
      context.fillStyle = [colours.dot, colours.answer, colours.near, colours.chosen, colours.picked][kind];
      context.beginPath();
      context.arc(x, y, this.radius(point) + (kind ? 1.5 : 0), 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
    this.names([...ranked].reverse(), colours);
    if (document.activeElement === this.canvas && this.canvas.matches(":focus-visible")) this.cross(colours.picked);
    Object.assign(this.canvas.dataset, { scale: this.scale.toFixed(2), left: this.left.toFixed(2), top: this.top.toFixed(2), painted: Number(this.canvas.dataset.painted ?? 0) + 1 });
  }

  /** Names where there is room for them, marked and often used ones first. */
  names(ranked, colours) {
    const { context } = this;
    const taken = [];
    const order = [...ranked].sort((a, b) => b[1] - a[1] || b[0].posts - a[0].posts);
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = colours.halo;
    const size = getComputedStyle(this.canvas).fontFamily;
    for (const [point, kind] of order.slice(0, 600)) {
      context.font = `${kind ? 600 : 400} 12px ${size}`;
      const [px, py] = this.at(point);
      const text = point.name.length > 40 ? `${point.name.slice(0, 39)}…` : point.name;
      const width = context.measureText(text).width;
      const x = px + this.radius(point) + 4;
      const left = x + width > this.width ? px - this.radius(point) - 4 - width : x;
      const box = [left - 2, py - 8, left + width + 2, py + 8];
      if (kind < 4 && taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      context.strokeText(text, left, py);
      context.fillStyle = [colours.text, colours.answer, colours.near, colours.chosen, colours.picked][kind];
      context.fillText(text, left, py);
    }
  }

  /** Where Enter would take hold. */
  cross(colour) {
    const { context } = this;
    const [x, y] = [this.width / 2, this.height / 2];
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 12 * dx, y + 12 * dy);
    }
    context.stroke();
  }

  // Listening

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.over(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 18 : 1;
      this.zoom(Math.exp(-Math.max(-150, Math.min(150, event.deltaY * lines)) * 0.0035), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.draw());
    canvas.addEventListener("blur", () => this.draw());
    byId("zoom-in").addEventListener("click", () => this.zoom(1.6));
    byId("zoom-out").addEventListener("click", () => this.zoom(1 / 1.6));
    byId("zoom-all").addEventListener("click", () => this.all());
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.dragged = this.pointers.size > 1 ? Infinity : 0;
  }

  over(event) {
    const before = this.pointers.get(event.pointerId);
    const [x, y] = [event.offsetX, event.offsetY];
    if (!before) {
      this.hover(this.nearest(x, y));
      return;
    }
    const [dx, dy] = [x - before[0], y - before[1]];
    if (this.pointers.size === 1) {
      this.dragged += Math.hypot(dx, dy);
      this.move(dx, dy);
    } else {
      const [ox, oy] = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const factor = Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(before[0] - ox, before[1] - oy));
      this.move(dx / 2, dy / 2);
      this.zoom(factor, (x + ox) / 2, (y + oy) / 2);
    }
    this.pointers.set(event.pointerId, [x, y]);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.dragged < 5) this.pick(this.nearest(event.offsetX, event.offsetY, event.pointerType === "touch" ? 28 : 16));
  }

  key(event) {
    const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) this.move(...moves[event.key]);
    else if (["+", "="].includes(event.key)) this.zoom(1.3);
    else if (event.key === "-") this.zoom(1 / 1.3);
    else if (event.key === "0" || event.key === "Home") this.all();
    else if (event.key === "Enter" || event.key === " ") this.pick(this.nearest(this.width / 2, this.height / 2, Infinity));
    else return;
    event.preventDefault();
    this.hover(this.nearest(this.width / 2, this.height / 2, Infinity));
  }

  hover(point) {
    if (point === this.hovered) return;
    this.hovered = point;
    this.canvas.classList.toggle("over", point !== null);
    byId("map-name").textContent = point ? `${point.name}, ${point.posts.toLocaleString("en")} posts` : "";
    this.draw();
  }

  searches() {
    const input = byId("search");
    const find = () => {
      const wanted = input.value.trim().replace(/^#/, "").toLowerCase();
      const found = wanted ? this.points.filter((point) => point.word.includes(wanted)) : [];
      found.sort((a, b) => b.word.startsWith(wanted) - a.word.startsWith(wanted) || b.posts - a.posts);
      return [wanted, found];
    };
    input.addEventListener("input", () => {
      const [wanted, found] = find();
      fill(byId("found"),
        found.slice(0, 8).map((point) => el("li", {}, el("button", { type: "button", class: "chip", data: { key: point.word, word: point.word }, onclick: () => this.go(point) }, point.name))),
        wanted && !found.length ? el("li", { class: "hint" }, "No hashtag has that in it.") : null);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && find()[1].length) this.go(find()[1][0]);
      if (event.key === "ArrowDown") byId("found").querySelector("button")?.focus();
    });
  }

  /** Go to a hashtag and pick it. */
  go(point) {
    this.scale = Math.max(this.scale, this.fit() * 5);
    this.centre(point);
    this.pick(point);
  }

  async pick(point) {
    this.picked = point;
    this.marked.near = new Set();
    this.draw();
    if (!point) {
      fill(byId("near"));
      return;
    }
    try {
      const { neighbours } = await get(`/api/neighbours?word=${encodeURIComponent(point.word)}`);
      if (this.picked !== point) return;
      this.marked.near = new Set(neighbours.map((word) => word.word));
      this.draw();
      keepingFocus(() => fill(byId("near"), this.near(point, neighbours)), this.canvas);
    } catch (error) {
      fill(byId("near"), el("p", { class: "error" }, error.message));
    }
  }

  near(point, neighbours) {
    const name = (word) => {
      const other = this.byWord.get(word.word);
      return other
        ? el("button", { type: "button", class: "word", data: { word: word.word, key: word.word }, onclick: () => this.go(other) }, other.name)
        : el("span", { class: "word" }, word.word);
    };
    const list = el("ol", { class: "bars", data: { list: "near" }, "aria-label": `Nearest to ${point.name}` },
      neighbours.map((word) => el("li", {}, name(word), bar(word.cosine, "w2v"), el("span", { class: "value" }, number(word.cosine, 3)))));
    roving(list);
    this.chooser = el("button", { type: "button", class: "button", onclick: () => this.choose(point.word) });
    this.nameChooser();
    return [
      el("h3", {}, point.name, el("span", { class: "value" }, ` ${point.posts.toLocaleString("en")} posts`)),
      el("p", {}, this.chooser),
      list,
    ];
  }

  nameChooser() {
    if (this.chooser) this.chooser.textContent = this.marked.chosen.has(this.picked?.word) ? "Remove from chosen" : "Add to chosen";
  }
}
