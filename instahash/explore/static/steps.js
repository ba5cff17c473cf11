// The steps between labels and hashtags, from what the server explains.

import { bar, byId, display, el, fill, hint, name, number, roving, signed, value } from "./dom.js";

export const STEPS = ["description", "word2vec", "networks", "rankings", "together"]; // where they stand

/** answer : of /api/explain.  minScore : below which a label is rejected. */
export function showSteps(answer, minScore) {
  fill(byId("description"), description(answer, minScore));
  fill(byId("word2vec"), similar(answer, "word2vec") ?? hint("No word is known to be near to."));
  fill(byId("networks"), answer.networks.map(showNetwork), !answer.networks.length && hint("No network is queried: it would have no input."));
  fill(byId("rankings"), rankings(answer));
  fill(byId("together"), answer.experts ? experts(answer) : combined(answer));
}

const list = (id, items, attributes) => roving(el("ol", { class: "bars", data: { list: id }, ...attributes }, items));
const scrolls = (label, ...table) => el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": label }, el("table", {}, ...table));
const heads = (texts) => el("tr", {}, texts.map((text) => el("th", { scope: "col" }, el("span", { class: "word" }, text))));
const largest = (values) => Math.max(...values.map(Math.abs), 1e-9);

/** Words with a bar each: the number above `lowest`, over the largest. */
function bars(id, words, key, kind, digits, label, lowest = 0) {
  const most = largest(words.map((word) => word[key] - lowest));
  const item = (word) => el("li", { class: word.shared ? "shared" : "" }, name(word), bar((word[key] - lowest) / most, kind), value(number(word[key], digits)));
  return list(id, words.map(item), { "aria-label": label });
}

const similar = ({ word2vec }, id) => (word2vec.length ? bars(id, word2vec, "cosine", "word2vec", 3, "Word2Vec's nearest words") : null);

function description(answer, minScore) {
  const believed = answer.labels.filter((label) => !label.rejected);
  const unknown = new Set(believed.flatMap((label) => label.words.filter((word) => !word.known).map((word) => word.word)));
  const rejected = answer.labels.filter((label) => label.rejected).map((label) => `${label.text} (${label.score})`);
  return [
    answer.description.length
      ? el("p", { class: "sentence" }, answer.description.map((word) => [name({ word }), " "]))
      : hint(answer.labels.length ? "No word of the labels is known." : "No label yet."),
    unknown.size > 0 && hint(`Not in the vocabulary: ${[...unknown].join(", ")}.`),
    rejected.length > 0 && hint(`Rejected, score below ${minScore}: ${rejected.join(", ")}.`),
  ];
}

function showNetwork(network) {
  const input = network.input.map((word) => [name(word), value(` ${word.ratings.map((rating) => signed(rating)).join(" and ")} `)]);
  const twice = network.input.some((word) => word.ratings.length > 1);
  const units = network.activation === "sigmoid" ? "sigmoid units, which go from −½ to ½" : `${network.activation} units`;
  const others = network.background === 0 ? "All other words: 0." : `All other words: ${number(network.background, 0)}, as in training, which adds nothing.`;
  return [
    el("h3", {}, network.title),
    network.meaning !== "" && hint(`${network.meaning}.`),
    el("p", { class: "sentence", data: { list: `${network.name}-input` } }, "Input: ", input),
    hint((twice ? "A word's first number says that it is there, its second how far its score is from the default. " : "") + others),
    el("h4", {}, "What each word adds"),
    showSums(network),
    el("h4", {}, "Hidden units"),
    hint(`${network.active} of ${network.n_hidden} ${units} are active, and a hashtag is the sum of what all of them add to it. Here are the ${network.units.length} that add most, up or down, to the hashtags above together (the bar): each a small part. Driven by: what the words add to its input here; best by: what would drive it most. Here: what it adds to those hashtags; pushes: to all others too.`),
    el("div", { class: "units" }, network.units.map((unit) => showUnit(unit, unit.strength / Math.abs(network.units[0].strength), network.name))),
  ];
}

/** A network's first hashtags, each as the sum of what the words and the biases add to it. */
function showSums({ name: network, sums }) {
  const cells = (row) => [...row.parts, ...(sums.others ? [row.others] : []), row.biases];
  const most = largest(sums.hashtags.flatMap(cells));
  const row = (hashtag) =>
    el("tr", {},
      el("th", { scope: "row" }, name(hashtag)),
      cells(hashtag).map((part) => el("td", {}, value(signed(part)), bar(part / most, "lift"))),
      el("td", {}, value(signed(hashtag.total), "total")));
  const how = sums.exact ? "" : "Its units are curved, so no split is exact: a word gets the proportion of each unit's activation that it has in the unit's input. ";
  return [
    hint(`The network's first hashtags, and what each word adds to their outputs through all hidden units${sums.centred ? ", above the average hashtag" : ""}. ${how}With the biases, which are there for every photo, a row adds up to its sum.${sums.bounded ? " That is what comes into the output's sigmoid." : ""}`),
    el("div", { class: "sums" },
      scrolls("What each word adds",
        el("thead", {}, heads(["Hashtag", ...sums.words.map(display), ...(sums.others ? [`${sums.others} more`] : []), "biases", "Sum"])),
        el("tbody", { data: { list: `${network}-sums` } }, sums.hashtags.map(row)))),
  ];
}

function showUnit(unit, part, network) {
  const pairs = (words, key) => words.map((word) => el("span", { class: "pair" }, name(word), value(signed(word[key]))));
  const row = (title, words, key, more) => words.length > 0 && [el("dt", {}, title), el("dd", {}, pairs(words, key), more)];
  const rows = el("dl", { data: { list: `${network}-${unit.unit}` } },
    row("driven by", unit.given, "drive", value(`bias ${signed(unit.bias)}`)),
    row("best by", unit.drivers, "drive"),
    row("here", unit.first, "push"),
    row("pushes up", unit.up, "push"),
    row("pushes down", unit.down, "push"));
  const head = el("h4", {}, `Unit ${unit.unit} `, value(`activation ${signed(unit.activation)}`), bar(part, "network"));
  return el("article", { class: "unit", "aria-label": `Unit ${unit.unit}` }, head, roving(rows));
}

function rankings(answer) {
  const network = answer.networks[0];
  const half = (title, ...content) => el("div", {}, el("h3", {}, title), content);
  const ranking = () => {
    const lowest = network.background === 0 ? Math.min(...network.ranking.map((word) => word.output)) : 0;
    return bars("ranking-network", network.ranking, "output", "network", 2, `${network.title}'s ranking`, lowest);
  };
  return el("div", { class: "halves" },
    half("Word2Vec", similar(answer, "ranking-word2vec") ?? hint("Nothing.")),
    half(network?.title ?? "Network",
      answer.positive !== undefined && hint(`With a positive rating: ${answer.positive}. They are its set.`),
      network ? ranking() : hint("Nothing.")));
}

const COMBINED = {
  general: "Nothing is known of the photo: hashtags that fit any stand in.",
  most_used: "Nothing to combine: the most used hashtags stand in.",
  autorec: "No word of Word2Vec's set has a positive rating of AutoRec: its first words are taken instead, and of these the hashtags, ten at most.",
  intersection: "Words of Word2Vec's set to which AutoRec gives a positive rating, in Word2Vec's order; of these the hashtags, ten at most.",
};

function combined(answer) {
  const chosen = answer.chosen.map((word) => word.word);
  const items = answer.combined.map((word) => {
    const why = !word.hashtag ? " no hashtag: left out" : chosen.includes(word.word) ? " chosen already: left out" : null;
    return el("li", { class: why ? "left-out" : "" }, name(word), why && el("small", {}, why));
  });
  return [hint(COMBINED[answer.source]), items.length > 0 && list("combined", items, { class: "plain", "aria-label": "The intersection" })];
}

function experts({ hashtags: final, experts: { experts, hashtags, known } }) {
  const all = experts.map((expert, i) => ({ ...expert, i, speaks: hashtags.some((row) => Math.abs(row.lifts[i]) > 1e-6) }));
  const speaking = all.filter((expert) => expert.speaks);
  const silent = all.filter((expert) => !expert.speaks).map((expert) => expert.title);
  const shifted = hashtags.some((row) => Math.abs(row.shift) > 1e-9);
  const foreign = final.filter(({ posts }) => !posts).map(({ spelled }) => `#${spelled}`);
  const lift = largest(hashtags.flatMap((row) => row.lifts));
  const likely = largest(hashtags.map((row) => row.probability));
  const row = (hashtag) =>
    el("tr", { class: hashtag.final ? "final" : "" },
      el("td", { class: "value" }, hashtag.chosen ? "chosen" : String(hashtag.place)),
      el("th", { scope: "row" }, name(hashtag)),
      speaking.map(({ i }) => el("td", { title: `score ${number(hashtag.scores[i], 3)}, which lifts it by ${signed(hashtag.lifts[i], 3)}` },
        value(number(hashtag.scores[i])), bar(hashtag.lifts[i] / lift, "lift"))),
      shifted && el("td", { class: "value" }, signed(hashtag.shift)),
      el("td", {}, value(`${number(100 * hashtag.probability, 1)} %`), bar(hashtag.probability / likely)));
  return [
    hint(`Weights for when ${known}. A bar is how far the weighted score lifts a hashtag above the average one; bars add up to its log-probability, but for one constant.`),
    scrolls("Scores of the experts",
      el("thead", {}, heads(["", "Hashtag", ...speaking.map((expert) => expert.title), ...(shifted ? ["Novelty"] : []), "Probability"]),
        el("tr", { class: "weights" }, el("td"), el("td", {}, "weight"), speaking.map((expert) => el("td", { class: "value" }, number(expert.weight))), shifted && el("td"), el("td"))),
      el("tbody", { data: { list: "experts" } }, hashtags.map(row))),
    hint(`The final hashtags are marked: by place, less what is too much like one before it.${silent.length ? ` Silent here: ${silent.join(", ")}.` : ""}`),
    foreign.length > 0 && hint(`No expert ranks what no post of the training has: ${foreign.join(", ")}. Such hashtags repeat labels, or fit any photo.`),
  ];
}
