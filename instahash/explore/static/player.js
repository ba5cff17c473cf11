// A training that the server computes ahead of what is seen: played, stepped, gone through by hand, changed.

import { post } from "./api.js";
import { number } from "./dom.js";
import { drawCurve } from "./curve.js";

const BATCH = 120; // steps of a request
const AHEAD = 90; // steps that are computed before they are seen
const SPAN = 240; // steps that time has space for at first; then twice as many, and so on
const MOST = 16 * SPAN; // steps that are kept
const JUMP = 100; // steps at a time, where nothing may be animated

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

const shownLoss = (loss) => (loss < 1000 ? number(loss, 3) : Math.round(loss).toLocaleString("en"));

/** A text where it is another one: to put it there again would have a screen reader say it again. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class Player {
  /**
   * section : the element with the transport.  path : of the API.  arrays : names of the parameters in a frame.
   * request() : settings of the training.  speed() : steps a second.
   * shown(frames, place, part, answer) : draw what is `part` of the way between a frame and the next.
   */
  constructor(section, { path, arrays, request, speed, shown }) {
    Object.assign(this, { section, path, arrays, request, speed, shown });
    Object.assign(this, { frames: [], at: 0, playing: false, held: false, ended: false, failed: "", version: 0, seed: 0 });
    this.show = Object.fromEntries([...section.querySelectorAll("[data-show]")].map((e) => [e.dataset.show, e]));
    const on = (name, listener) => section.querySelector(`[data-do="${name}"]`).addEventListener("click", listener);
    this.button = section.querySelector('[data-do="play"]');
    on("play", () => (this.playing ? this.pause() : this.play()));
    on("back", () => this.go(Math.ceil(this.at) - 1));
    on("on", () => this.go(Math.floor(this.at) + 1));
    on("anew", () => this.start(this.seed + 1));
    this.show.time.addEventListener("input", () => this.go(Number(this.show.time.value)));
    reduced.addEventListener("change", () => this.pause());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.show.curve);
    this.named();
  }

  get place() {
    return Math.min(Math.floor(this.at), this.frames.length - 1);
  }

  get complete() {
    return this.ended || this.failed || this.frames.length > MOST;
  }

  // What is computed

  /** Begin again. With another seed the words start elsewhere. */
  async start(seed = this.seed, playing = this.playing) {
    this.seed = seed;
    this.show.seed.textContent = `seed ${seed}`;
    this.pause();
    this.held = false;
    this.fresh = true;
    this.failed = "";
    this.version += 1;
    await this.more();
    if (playing) this.play();
  }

  /** The settings are others, or what is seen has been moved: what came after it is not true any more. */
  changed(parameters) {
    const frame = this.frames[this.place];
    if (this.fresh) {
      this.version += 1; // a start that is on its way is of other settings
      return this.more();
    }
    if (!frame) return;
    this.at = this.place;
    this.frames.length = this.place + 1;
    Object.assign(frame, parameters);
    this.ended = false;
    this.failed = "";
    this.version += 1;
    this.draw();
    this.more();
  }

  hold() {
    this.held = true;
  }

  release() {
    this.held = false;
    this.changed();
  }

  /** Have the server go on from the last frame, one request at a time. */
  more() {
    return (this.asking ??= this.ask().finally(() => {
      this.asking = null;
      if (this.again) return this.more();
    }));
  }

  async ask() {
    const { version, fresh } = this;
    const last = fresh ? null : this.frames.at(-1);
    const given = Object.fromEntries(last ? this.arrays.map((name) => [name, last[name]]) : []);
    try {
      const { value } = await post(this.path, { ...this.request(), ...given, seed: this.seed, steps: this.held ? 0 : BATCH });
      if (version === this.version) this.take(value, fresh);
      else if (this.held && last === this.frames.at(-1)) last.loss = value.frames[0].loss;
    } catch (error) {
      if (version === this.version) {
        this.pause();
        this.failed = error.message;
      }
    }
    this.again = version !== this.version;
    this.draw();
  }

  take(value, fresh) {
    if (fresh) Object.assign(this, { frames: [], at: 0, fresh: false });
    this.frames.pop();
    this.answer = value;
    this.failed = "";
    this.ended = value.ended;
    this.frames.push(...value.frames.map((frame) => ({ ...frame, note: value.note })));
    this.frames.length = Math.min(this.frames.length, MOST + 1);
  }

  // What is seen

  play() {
    this.failed = ""; // it is tried again
    if (reduced.matches) return this.go(this.place + JUMP);
    if (this.playing) return;
    this.playing = true;
    this.named();
    let before = performance.now();
    const tick = (now) => {
      if (!this.held) this.at += Math.min(Math.max(now - before, 0), 100) * 0.001 * this.speed();
      before = now;
      this.bound();
      this.draw();
      if (this.playing) this.next = requestAnimationFrame(tick);
    };
    this.next = requestAnimationFrame(tick);
  }

  pause() {
    const was = this.playing;
    this.playing = false;
    cancelAnimationFrame(this.next); // or it would go on beside the next play, at twice the speed
    this.named();
    if (was) this.say();
  }

  /** Stay within what is computed, and have more computed where its end is near. */
  bound() {
    const last = this.frames.length - 1;
    if ((this.fresh || last - this.at < AHEAD) && !this.complete && !this.held) this.more();
    if (this.at < last) return;
    this.at = Math.max(last, 0);
    if (this.complete) this.pause();
  }

  /** Go to a step, which is computed first where it is not yet. */
  async go(place) {
    this.pause();
    this.failed = "";
    this.target = place;
    const { version } = this;
    while (this.frames.length <= place && !this.complete && !this.held) {
      await this.more();
      if (this.target !== place || this.version !== version) return;
    }
    this.at = Math.max(0, place);
    this.bound();
    this.draw();
    this.say();
  }

  named() {
    this.button.textContent = reduced.matches ? `${JUMP} steps` : this.playing ? "Pause" : "Play";
  }

  /** For a screen reader, where nothing moves. */
  say() {
    const frame = this.frames[this.place];
    if (frame) this.show.said.textContent = `Step ${this.place}, loss ${shownLoss(frame.loss)}. ${this.note()}`;
  }

  note() {
    const full = this.place === MOST;
    const kept = `${MOST.toLocaleString("en")} steps are kept, and no more; go back or start anew.`;
    return this.failed || (full && kept) || this.frames[this.place]?.note || "";
  }

  draw() {
    const { place, frames, show } = this;
    put(show.note, this.note());
    if (place < 0) return;
    const part = reduced.matches ? 0 : this.at - place;
    let span = SPAN;
    while (span < frames.length - 1) span *= 2;
    show.time.max = span;
    show.time.value = this.at;
    put(show.step, `step ${place}`);
    put(show.loss, `loss ${shownLoss(frames[place].loss)}`);
    drawCurve(show.curve, frames, this.at, span);
    this.shown(frames, place, part, this.answer);
    this.section.dataset.step = place;
  }
}
