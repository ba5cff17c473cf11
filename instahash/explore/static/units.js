// What each hidden unit likes: two bars for each word, which follow the weights.

import { byId, el, fill, number } from "./dom.js";

const LIKED = 3;

export class Units {
  constructor(table, list) {
    Object.assign(this, { table, list, cells: [], likes: [] });
  }

  /** Cells for words and units; made anew where there are others. */
  name(words, topics, n) {
    const key = `${words.join()} ${n}`;
    if (this.key === key) return;
    this.key = key;
    this.words = words;
    const bars = () => ["in", "out"].map((kind) => el("span", { class: `half ${kind}` }));
    this.cells = words.map(() => Array.from({ length: n }, bars));
    const row = (word, j) => el("tr", { class: j && topics[j] !== topics[j - 1] ? "apart" : "" }, el("th", { scope: "row" }, word),
      this.cells[j].map((pair) => el("td", {}, el("span", { class: "both", "aria-hidden": "true" }, pair))));
    const heads = Array.from({ length: n }, (_, k) => el("th", { scope: "col" }, `unit ${k + 1}`));
    fill(this.table, el("caption", { class: "unseen" }, "Weights of each hidden unit by words"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "word"), heads)), el("tbody", {}, words.map(row)));
    this.likes = Array.from({ length: n }, () => el("span"));
    fill(this.list, this.likes.map((liked, k) => el("li", {}, el("b", {}, `unit ${k + 1}`), " ", liked)));
  }

  draw(frames, place, part, scale) {
    const [now, next] = [frames[place], frames[Math.min(place + 1, frames.length - 1)]];
    const between = (name, i, j) => now[name][i][j] + part * (next[name][i][j] - now[name][i][j]);
    const values = this.cells.map((row, j) => row.map((_, k) => [between("V", k, j), between("U", j, k)]));
    const most = Math.max(0.5, ...values.flat(2).map(Math.abs));
    values.forEach((row, j) => row.forEach((pair, k) => pair.forEach((weight, side) => {
      this.cells[j][k][side].style.transform = `scaleX(${(weight / most).toFixed(3)})`;
    })));
    scale.textContent = `a whole bar is ${number(most, most < 100 ? 2 : 0)}`;
    this.likes.forEach((liked, k) => {
      const best = this.words.map((word, j) => [word, values[j][k][0]]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
      const text = best.slice(0, LIKED).map(([word, weight]) => `${weight < 0 ? "−" : "+"}${word}`).join(" ");
      if (liked.textContent !== text) liked.textContent = text;
    });
  }
}
