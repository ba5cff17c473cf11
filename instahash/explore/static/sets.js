// Sets of hashtags under names, which this browser keeps. As text, a set is a line "name: #one #two".

import { copy, tags } from "./copy.js";
import { byId, el, fill, keepingFocus } from "./dom.js";

const KEY = "instahash-sets";

function read() {
  try {
    return new Map(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Map(); // of another program at the same address
  }
}

/** Sets of the lines of a text. Throws where a line is none. */
function parsed(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const [, name, hashtags] = /^([^:]*[^:\s])\s*:\s*(#.*)$/.exec(line.trim()) ?? [];
    if (!name) throw new Error(`“${line.trim().slice(0, 60)}” is no set; a line is a name, a colon, and hashtags: trips: #travel #sea`);
    return [name.slice(0, 60), hashtags.split(/[\s#]+/).filter(Boolean)];
  });
}

/** picked : gives the names of hashtags to save.  use : called with those of a set. */
export function keepSets({ picked, use }) {
  const say = (text) => (byId("sets-error").textContent = text);

  function write(sets) {
    try {
      localStorage.setItem(KEY, JSON.stringify([...sets]));
      say("");
    } catch {
      say("This browser keeps nothing for this page.");
    }
    keepingFocus(show, byId("set-name"));
  }

  function change(entries) {
    write(new Map([...read(), ...entries]));
  }

  function remove(name) {
    const sets = read();
    sets.delete(name);
    write(sets);
  }

  function show() {
    const sets = [...read()];
    byId("copy-sets").disabled = !sets.length;
    fill(byId("sets"),
      sets.map(([name, names]) => el("li", {},
        el("button", { type: "button", data: { key: `use ${name}` }, onclick: () => use(names), title: "choose these hashtags" }, name),
        el("span", { class: "hint" }, tags(names)),
        el("button", { type: "button", class: "quiet", data: { key: `delete ${name}` }, "aria-label": `Delete the set ${name}`, onclick: () => remove(name) }, "×"))),
      !sets.length && el("li", { class: "hint" }, "None yet."));
  }

  byId("sets").dataset.list = "sets";
  byId("save").addEventListener("click", () => {
    const name = byId("set-name").value.replaceAll(/[:\s]+/g, " ").trim();
    if (!name) {
      say("Give the set a name.");
      byId("set-name").focus();
    } else if (!picked().length) say("There is no hashtag to save.");
    else {
      change([[name, picked()]]);
      byId("set-name").value = "";
    }
  });
  byId("set-name").addEventListener("keydown", (event) => event.key === "Enter" && byId("save").click());
  byId("copy-sets").addEventListener("click", () => copy([...read()].map(([name, names]) => `${name}: ${tags(names)}`).join("\n"), "all sets"));
  byId("add-sets").addEventListener("click", () => {
    try {
      change(parsed(byId("pasted").value));
      byId("pasted").value = "";
    } catch (error) {
      say(error.message);
    }
  });
  window.addEventListener("storage", show); // another tab saved one
  show();
}
