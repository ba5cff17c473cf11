// See it move: word vectors and an autoencoder's units while they learn. What is learnt is computed by the server.

import { byId } from "./dom.js";
import { Plane } from "./plane.js";
import { Player } from "./player.js";
import { Units } from "./units.js";

/** A slider over a list of values; `value` is the number, `set` puts it there. */
function choice(id, changed) {
  const slider = byId(id);
  const values = slider.dataset.values.split(" ");
  const show = () => {
    const text = values[slider.value] + slider.dataset.says;
    byId(`${id}-value`).textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  slider.addEventListener("input", () => {
    show();
    changed();
  });
  show();
  return {
    get value() {
      return Number(values[slider.value]);
    },
    set(value) {
      slider.value = values.indexOf(value);
      show();
    },
  };
}

const choices = {};
let scene = "ten";

const plane = new Plane(byId("plane"), {
  moved: (name, i, x, y) => {
    const rows = words.frames[words.place][name].map((row, j) => (i === j ? [x, y] : row));
    words.changed({ [name]: rows });
  },
  held: (is) => (is ? words.hold() : words.release()),
});
const words = new Player(byId("learn-words"), {
  path: "/api/move/words",
  arrays: ["W", "C"],
  request: () => ({ scene, step_size: choices.step_size.value, negatives: choices.negatives.value, power: choices.power.value }),
  speed: () => choices["words-speed"].value,
  shown: (frames, place, part, answer) => {
    plane.name(answer.words, answer.topics);
    showNoise(answer);
    plane.draw(frames, place, part, words.playing);
  },
});
const table = new Units(byId("units"), byId("likes"));
const units = new Player(byId("learn-units"), {
  path: "/api/move/units",
  arrays: ["V", "mu", "U", "b"],
  request: () => ({ n_hidden: choices.n_hidden.value, step_size: choices["units-step_size"].value }),
  speed: () => choices["units-speed"].value,
  shown: (frames, place, part, answer) => {
    table.name(answer.words, answer.topics, answer.frames[0].mu.length);
    table.draw(frames, place, part, units.show.scale);
  },
});

function showNoise({ words: names, noise }) {
  if (showNoise.of === noise) return;
  showNoise.of = noise;
  const percent = (i) => `${Math.round(100 * noise[i])} %`;
  const order = names.map((_, i) => i).sort((a, b) => noise[b] - noise[a]);
  const [most, least] = [order[0], order.at(-1)];
  const alike = noise[most] - noise[least] < 1e-9;
  byId("noise").textContent = alike
    ? `A negative is each word with ${percent(most)}.`
    : `A negative is most often ${names[most]}, ${percent(most)}, least often ${names[least]}, ${percent(least)}.`;
}

/** Learn from something else. */
function choose(name, playing) {
  scene = name;
  const radio = document.querySelector(`[name="scene"][value="${name}"]`);
  radio.checked = true;
  byId("scene-says").textContent = radio.dataset.says;
  byId("rings").checked = name === "pair";
  plane.show(name === "pair");
  return words.start(words.seed, playing);
}

const nothing = () => {};
for (const id of ["step_size", "negatives", "power"]) choices[id] = choice(id, () => words.changed());
choices["units-step_size"] = choice("units-step_size", () => units.changed());
choices.n_hidden = choice("n_hidden", () => units.start());
for (const id of ["words-speed", "units-speed"]) choices[id] = choice(id, nothing);
byId("rings").addEventListener("change", () => {
  plane.show(byId("rings").checked);
  words.draw();
});
for (const radio of document.querySelectorAll('[name="scene"]')) radio.addEventListener("change", () => choose(radio.value));
for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", () => {
    const wanted = Object.fromEntries(button.dataset.try.split(" ").map((pair) => pair.split("=")));
    for (const [id, value] of Object.entries(wanted)) if (id in choices) choices[id].set(value);
    const player = wanted.scene ? words : units;
    player.section.querySelector(".seen-part").scrollIntoView({ block: "nearest" });
    if (wanted.scene) choose(wanted.scene, true);
    else player.start(player.seed, true);
  });
}
new ResizeObserver(() => words.draw()).observe(byId("plane"));

Promise.all([choose(scene), units.start()]).then(() => (document.body.dataset.ready = "1"));
