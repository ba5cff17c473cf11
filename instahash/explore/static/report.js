// The report: who was preferred, how often, and how sure that is.

import { get } from "./api.js";
import { byId, el, fill } from "./dom.js";

const counted = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function interval(rate) {
  const range = el("span");
  const middle = el("i");
  range.style.setProperty("--low", rate.low);
  range.style.setProperty("--high", rate.high);
  middle.style.setProperty("--rate", rate.rate);
  return el("div", { class: "interval", "aria-hidden": "true" }, range, middle);
}

function rated(title, rate, part) {
  if (!rate.n) return null;
  return [
    el("h3", {}, title),
    el("p", {}, `${part.a} wins ${percent(rate.rate)} of ${rate.n}; 95 % interval ${percent(rate.low)} to ${percent(rate.high)}.`),
    interval(rate),
    el("div", { class: "ends", "aria-hidden": "true" }, el("span", {}, `always ${part.b}`), el("span", {}, `always ${part.a}`)),
  ];
}

function comparison(part) {
  const judges = part.judges.length ? ` (${part.judges.join(", ")})` : "";
  const counts = [[`${part.a} preferred`, part.wins_a], [`${part.b} preferred`, part.wins_b], ["equally good", part.ties]];
  return el(
    "section",
    { class: "card" },
    el("h2", {}, `${part.a} against ${part.b}`),
    el("table", {}, el("tbody", {}, counts.map(([what, count]) => el("tr", {}, el("th", { scope: "row" }, what), el("td", { class: "value" }, String(count)))))),
    rated("Ties left out", part.without_ties, part),
    rated("A tie as half a win", part.ties_half, part),
    el("p", { class: "hint" }, `${counted(part.posts, "post")}, ${counted(part.sessions, "session")}${judges}. The left list was preferred ${counted(part.left, "time")}, the right one ${counted(part.right, "time")}.`),
    part.same ? el("p", { class: "hint" }, `Not asked, since both lists were the same: ${counted(part.same, "post")}.`) : null,
    part.judged_twice ? el("p", { class: "hint" }, `Of ${part.judged_twice} pairs of judgements of one post ${part.agreed} agree; the intervals take all judgements for independent.`) : null,
  );
}

get("/api/judge/report").then(
  ({ comparisons }) => fill(byId("report"), comparisons.length ? comparisons.map(comparison) : el("p", {}, "No judgement yet.")),
  (error) => (byId("error").textContent = error.message),
);
