// The post's text as it will be: caption and hashtags, no more of these than a platform takes.

import { copy, postText } from "./copy.js";
import { byId } from "./dom.js";

const count = (text) => (text.match(/#[^\s#]/g) ?? []).length;

export class Caption {
  /** typed : called with the caption when it is typed.  limited : called when there is another limit. */
  constructor({ typed, limited }) {
    Object.assign(this, { names: [], limited });
    byId("caption").addEventListener("input", () => {
      typed(byId("caption").value);
      this.show();
    });
    byId("platform").addEventListener("change", () => this.choose());
    byId("most").addEventListener("input", () => this.limit());
    byId("copy-post").addEventListener("click", () => copy(this.text(), "the post"));
  }

  open(caption) {
    byId("caption").value = caption;
    this.show();
  }

  /** The hashtags that stand below the caption, where there is room. */
  hashtags(names) {
    this.names = names;
    this.show();
  }

  // The limit

  get chosen() {
    return byId("platform").selectedOptions[0];
  }

  get most() {
    const most = Math.trunc(Number(byId("most").value));
    return most >= 1 ? most : Infinity;
  }

  /** The platform as text, with its number where that is another than its own; "" for the one that stands there at first. */
  get platform() {
    const { value, dataset, index } = this.chosen;
    const most = byId("most").value;
    if (most !== dataset.hashtags) return `${value}=${most}`;
    return index ? value : "";
  }

  /** Take what `platform` gives; whether it is such a text. */
  take(text) {
    const [name, most] = text.split("=");
    const option = [...byId("platform").options].find(({ value }) => value === name);
    const isKnown = Boolean(option) && (most === undefined || /^([1-9]\d{0,2})?$/.test(most));
    byId("platform").selectedIndex = isKnown ? option.index : 0;
    this.choose(isKnown ? most : undefined);
    return isKnown || !text;
  }

  choose(most = this.chosen.dataset.hashtags) {
    byId("most").value = most;
    this.limit();
  }

  limit() {
    const { hashtags, says } = this.chosen.dataset;
    const most = this.most < Infinity ? this.most : "No limit";
    byId("limit").textContent = (byId("most").value === hashtags ? "" : `${most} is set here. `) + says;
    this.show();
    this.limited();
  }

  /** Those of some hashtags that may stand below a text. */
  fitting(names, text = "") {
    return names.slice(0, Math.max(0, this.most - count(text)));
  }

  // The text

  text() {
    const caption = byId("caption").value;
    return postText(caption, this.fitting(this.names, caption));
  }

  show() {
    const text = this.text();
    const { most, names } = this;
    const all = [[[...text].length, Number(this.chosen.dataset.characters), "characters"], [count(text), most, "hashtags"]];
    const counts = all.filter(([, most]) => most && most < Infinity); // not every platform says how many characters
    const left = names.length - this.fitting(names, byId("caption").value).length;
    const said = counts.map(([n, most, what]) => `${n.toLocaleString("en")} of ${most.toLocaleString("en")} ${what}${n > most ? ": too many" : ""}`);
    byId("whole").textContent = text;
    byId("copy-post").disabled = !text;
    byId("counts").textContent = [...said, left && `${left} more are left out`].filter(Boolean).join(", ");
    byId("counts").classList.toggle("error", counts.some(([n, most]) => n > most));
  }
}
