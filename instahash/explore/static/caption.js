// The post's text as it will be: caption and hashtags, counted against what a platform takes.

import { copy, postText } from "./copy.js";
import { byId } from "./dom.js";

export class Caption {
  /** changed : called with the caption when it is typed. */
  constructor(changed) {
    this.names = [];
    byId("caption").addEventListener("input", () => {
      changed(byId("caption").value);
      this.show();
    });
    byId("platform").addEventListener("change", () => this.show());
    byId("copy-post").addEventListener("click", () => copy(this.text(), "the post"));
  }

  open(caption) {
    byId("caption").value = caption;
    this.show();
  }

  /** The hashtags that stand below the caption. */
  hashtags(names) {
    this.names = names;
    this.show();
  }

  text() {
    return postText(byId("caption").value, this.names);
  }

  show() {
    const text = this.text();
    const { hashtags, characters } = byId("platform").selectedOptions[0].dataset;
    const all = [[[...text].length, Number(characters), "characters"], [(text.match(/#[^\s#]/g) ?? []).length, Number(hashtags), "hashtags"]];
    const counts = all.filter(([, most]) => most); // not every platform says how many characters
    byId("whole").textContent = text;
    byId("copy-post").disabled = !text;
    byId("counts").textContent = counts.map(([n, most, what]) => `${n.toLocaleString("en")} of ${most.toLocaleString("en")} ${what}${n > most ? ": too many" : ""}`).join(", ");
    byId("counts").classList.toggle("error", counts.some(([n, most]) => n > most));
  }
}
