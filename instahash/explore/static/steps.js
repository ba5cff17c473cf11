// The steps between labels and hashtags, from what the server explains.

import { bar, byId, el, fill, number, roving, signed } from "./dom.js";

const EXPERTS = {
  autorec: "AutoRec",
  linear: "Linear",
  completion: "Completion",
  word2vec: "Word2Vec",
  cooccurrence: "Co-occurrence",
  common: "Common",
  personal: "Personal",
  popularity: "Popularity",
};
const CONTEXTS = {
  neither: "nothing is known",
  short: "one to three labels are known",
  description: "labels are known",
  chosen: "chosen hashtags are known",
  both: "labels and chosen hashtags are known",
};

/** A word as text: hashtags with their sign, as people write them. */
export const shown = (word) => (word.hashtag ? `#${word.spelled ?? word.word}` : word.word);

export function showSteps(answer, model, choose) {
  /** A word that can be chosen where it is a hashtag. */
  const name = (word, kind = "") =>
    word.hashtag
      ? el("button", { type: "button", class: `word ${kind}`, data: { word: word.word, key: word.word }, onclick: () => choose(word.word) }, shown(word))
      : el("span", { class: `word ${kind}`, data: { word: word.word } }, shown(word));

  const list = (id, items, attributes = {}) => {
    const element = el("ol", { class: "bars", data: { list: id }, ...attributes }, items);
    roving(element);
    return element;
  };

  /** Words with a bar each: the value over the largest one, or its place between the lowest and the highest. */
  const barred = (id, words, key, kind, digits = 2, attributes = {}, between = false) => {
    const values = words.map((word) => word[key]);
    const lowest = between ? Math.min(...values) : 0;
    const largest = Math.max(...values.map((value) => Math.abs(value - lowest)), 1e-12);
    return list(
      id,
      words.map((word) =>
        el("li", { class: word.shared ? "shared" : "" }, name(word), bar((word[key] - lowest) / largest, kind), el("span", { class: "value" }, number(word[key], digits))),
      ),
      attributes,
    );
  };

  fill(byId("description"), description(answer, model));
  fill(
    byId("word2vec"),
    answer.word2vec.length ? barred("word2vec", answer.word2vec, "cosine", "w2v", 3, { "aria-label": "Word2Vec's nearest words" }) : nothing("No word is known to be near to."),
  );
  fill(byId("networks"), answer.networks.length ? answer.networks.map((network) => showNetwork(network, name, answer.networks.length > 1)) : nothing("AutoRec is not asked: it would have no input."));
  byId("marked").textContent = answer.experts ? "Words in both are marked." : "Words of Word2Vec's set with a positive rating of AutoRec are marked.";
  fill(byId("rankings"), rankings(answer, barred));
  fill(byId("together"), answer.experts ? experts(answer, name) : combined(answer, model, list, name));
}

const nothing = (text) => el("p", { class: "hint" }, text);

function description(answer, model) {
  const all = answer.labels.flatMap((label) => label.words.map((word) => ({ ...word, label })));
  const unknown = [...new Set(all.filter((word) => !word.known && !word.label.rejected).map((word) => word.word))];
  const rejected = answer.labels.filter((label) => label.rejected).map((label) => `${label.text} (${label.score})`);
  return [
    answer.description.length
      ? el("p", { class: "sentence" }, answer.description.map((word) => [el("span", { class: "word", data: { word } }, word), " "]))
      : nothing(answer.labels.length ? "No word of the labels is known." : "No label yet."),
    unknown.length ? nothing(`Not in the vocabulary, left out: ${unknown.join(", ")}.`) : null,
    rejected.length ? nothing(`Rejected, score below ${model.min_score}: ${rejected.join(", ")}.`) : null,
  ];
}

function showNetwork(network, name, several) {
  const what = network.name === "completion" ? "Completion: an AutoRec that completes chosen hashtags" : "AutoRec";
  const rated = network.input.map((word) => [name(word), el("span", { class: "value" }, ` ${word.ratings.map((rating) => signed(rating)).join(" and ")} `)]);
  const twice = network.input.some((word) => word.ratings.length > 1);
  const units = network.activation === "sigmoid" ? "sigmoid units, which go from −½ to ½" : `${network.activation} units`;
  const others = network.background === 0 ? "All other words: 0." : `All other words: ${number(network.background, 0)}, as in training, which adds nothing.`;
  return [
    several ? el("h3", {}, what) : null,
    el("p", { class: "sentence", data: { list: `${network.name}-input` } }, "Input: ", rated),
    nothing((twice ? "A word's first number says that it is there, its second how far its score is from the usual. " : "") + others),
    several ? el("h4", {}, "What each word adds") : el("h3", {}, "What each word adds"),
    showSums(network, name),
    several ? el("h4", {}, "Hidden units") : el("h3", {}, "Hidden units"),
    nothing(`${network.active} of ${network.n_hidden} ${units} are active, and a hashtag is the sum of what all of them add to it. Here are the ${network.units.length} that add most, up or down, to the hashtags above together (the bar): each a small part. Driven by: what the words add to its input here; best by: what would drive it most. Here: what it adds to those hashtags; pushes: to all others too.`),
    el("div", { class: "units" }, network.units.map((unit) => showUnit({ ...unit, part: unit.strength / Math.abs(network.units[0].strength) }, network.name, name))),
  ];
}

/** AutoRec's first hashtags, each as the sum of what the words and the biases add to it. */
function showSums(network, name) {
  const { exact, centred, bounded, words, others, hashtags } = network.sums;
  const heads = [...words.map(shown), ...(others ? [`${others} more`] : []), "biases"];
  const cells = (row) => [...row.parts, ...(others ? [row.others] : []), row.biases];
  const largest = Math.max(...hashtags.flatMap((row) => cells(row).map(Math.abs)), 1e-9);
  const row = (hashtag) =>
    el("tr", {},
      el("th", { scope: "row" }, name(hashtag)),
      cells(hashtag).map((value) => el("td", {}, el("span", { class: "value" }, signed(value)), bar(value / largest, "lift"))),
      el("td", {}, el("span", { class: "value total" }, signed(hashtag.total))));
  const what = `The first hashtags of ${network.name === "completion" ? "the network" : "AutoRec"}, and what each word adds to their outputs through all hidden units`;
  const how = exact
    ? "With the biases, which are there for every photo, a row adds up to its sum."
    : "Its units bend, so no split is exact: a word gets the share of each unit's activation that it has in the unit's input. With the biases, which are there for every photo, a row adds up to its sum.";
  return [
    nothing(`${what}${centred ? ", above the average hashtag" : ""}. ${how}${bounded ? " That is what comes into the output's sigmoid." : ""}`),
    el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "What each word adds" },
      el("table", { class: "sums" },
        el("thead", {}, el("tr", {}, ["Hashtag", ...heads, "Sum"].map((head) => el("th", { scope: "col" }, el("span", { class: "word" }, head))))),
        el("tbody", { data: { list: `${network.name}-sums` } }, hashtags.map(row)))),
  ];
}

function showUnit(unit, network, name) {
  const row = (title, words, key, more) =>
    words.length ? [el("dt", {}, title), el("dd", {}, words.map((word) => el("span", { class: "pair" }, name(word), el("span", { class: "value" }, signed(word[key])))), more)] : null;
  const rows = el("dl", { data: { list: `${network}-${unit.unit}` } },
    row("driven by", unit.given, "share", el("span", { class: "value" }, `bias ${signed(unit.bias)}`)),
    row("best by", unit.drivers, "share"),
    row("here", unit.first, "push"),
    row("pushes up", unit.up, "push"),
    row("pushes down", unit.down, "push"));
  roving(rows);
  return el("article", { class: "unit", "aria-label": `Unit ${unit.unit}` },
    el("h4", {}, `Unit ${unit.unit} `, el("span", { class: "value" }, `activation ${signed(unit.code)}`), bar(unit.part, "net")), rows);
}

function rankings(answer, barred) {
  const half = (title, ...body) => el("div", {}, el("h3", {}, title), body);
  const second = answer.networks[0];
  return el(
    "div",
    { class: "halves" },
    half("Word2Vec", answer.word2vec.length ? barred("ranking-w2v", answer.word2vec, "cosine", "w2v", 3, { "aria-label": "Word2Vec's ranking" }) : nothing("Nothing.")),
    half(second?.name === "completion" ? "AutoRec (completion)" : "AutoRec",
      answer.positive === undefined ? null : nothing(`With a positive rating: ${answer.positive}. They are its set.`),
      second ? barred("ranking-net", second.ranking, "output", "net", 2, { "aria-label": "AutoRec's ranking" }, second.background === 0) : nothing("Nothing.")),
  );
}

function combined(answer, model, list, name) {
  if (answer.fallback) return nothing("Nothing to combine: the most used hashtags stand in.");
  const chosen = answer.chosen.map((word) => word.word);
  const items = answer.combined.map((word) => {
    const why = !word.hashtag ? " no hashtag: left out" : chosen.includes(word.word) ? " chosen already: left out" : null;
    return el("li", { class: why ? "left-out" : "" }, name(word), why && el("small", {}, why));
  });
  return [
    nothing(answer.defaulted
      ? "No word of Word2Vec's set has a positive rating of AutoRec: its first words are taken instead, and of these the hashtags, ten at most."
      : "Words of Word2Vec's set to which AutoRec gives a positive rating, in Word2Vec's order; of these the hashtags, ten at most."),
    list("combined", items, { class: "plain", "aria-label": "The intersection" }),
  ];
}

function experts(answer, name) {
  const { weights, hashtags, context } = answer.experts;
  const all = Object.keys(weights);
  const shownOnes = all.map((expert, i) => [expert, i]).filter(([, i]) => hashtags.some((row) => Math.abs(row.lifts[i]) > 1e-6));
  const silent = all.filter((expert) => !shownOnes.some(([other]) => other === expert));
  const largest = Math.max(...hashtags.flatMap((row) => row.lifts.map(Math.abs)), 1e-9);
  const shifted = hashtags.some((row) => Math.abs(row.shift) > 1e-9);
  const most = Math.max(...hashtags.map((row) => row.probability), 1e-9);
  const heads = ["", "Hashtag", ...shownOnes.map(([expert]) => EXPERTS[expert]), ...(shifted ? ["Novelty"] : []), "Probability"];
  const row = (hashtag) =>
    el("tr", { class: hashtag.final ? "final" : "" },
      el("td", { class: "value" }, hashtag.chosen ? "chosen" : String(hashtag.place)),
      el("th", { scope: "row" }, name(hashtag)),
      shownOnes.map(([, i]) => el("td", { title: `score ${number(hashtag.scores[i], 3)}, which lifts it by ${signed(hashtag.lifts[i], 3)}` },
        el("span", { class: "value" }, number(hashtag.scores[i])), bar(hashtag.lifts[i] / largest, "lift"))),
      shifted ? el("td", { class: "value" }, signed(hashtag.shift)) : null,
      el("td", {}, el("span", { class: "value" }, `${number(100 * hashtag.probability, 1)} %`), bar(hashtag.probability / most, "score")));
  return [
    nothing(`Weights for when ${CONTEXTS[context]}. A bar is how far the weighted score lifts a hashtag above the average one; bars add up to its log-probability, but for one constant.`),
    el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Scores of the experts" },
      el("table", {},
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head))),
          el("tr", { class: "weights" }, el("td"), el("td", {}, "weight"), shownOnes.map(([expert]) => el("td", { class: "value" }, number(weights[expert]))), shifted ? el("td") : null, el("td"))),
        el("tbody", { data: { list: "experts" } }, hashtags.map(row)))),
    nothing(`The final hashtags are marked: by place, less what is too much like one before it.${silent.length ? ` Silent here: ${silent.map((expert) => EXPERTS[expert]).join(", ")}.` : ""}`),
  ];
}
