// Photos, dropped or chosen: each is labelled by the server, and has a query and an answer of its own.

import { get, send } from "./api.js";
import { copy, postText } from "./copy.js";
import { byId, el, fill, roving } from "./dom.js";

// Four decimals: with fewer, a label that is rejected may have the least score that is not.
const asText = (labels) => labels.map(({ description, score }) => `${description.replaceAll(/[,;|]/g, " ")}:${Number(score.toFixed(4))}`).join(", ");

/** Of the labels on the page those that a photo has not of itself. */
function besides(text, photo) {
  const own = new Set(photo.own.split(", "));
  return text.split(/[,;|\n]/).map((part) => part.trim()).filter((part) => part && !own.has(part)).join(", ");
}

/** Why a file is not sent, or "". */
function refused({ type, size }, { most, video, livePhoto }, isFolder) {
  if (isFolder) return "it is a folder; open it and drop its photos";
  if (type.startsWith("video/")) return type === "video/quicktime" ? livePhoto : video;
  return size > most ? `it has ${(size / 1e6).toFixed(1)} MB, and ${most / 1e6} are the most; save it smaller` : "";
}

export class Photos {
  /**
   * open : called with the query of the photo that is shown from now on, { text, chosen, caption, photo }.
   * close : the same of a photo without an answer, and what stands in its place.
   * answer : gives a promise of { hashtags, source } for a query.  settings : gives what else an answer depends on, as a text.
   * typed : gives what is typed and chosen on the page, { text, chosen, caption }.
   * limits : { most, video, livePhoto }, bytes of a photo, and what is said of the others.
   * fitting : gives those of some hashtags that may be copied, for a caption.
   * doubts : the `mark` of hashtags, by their source, where nothing sure is known of a photo.
   */
  constructor({ open, close, answer, settings, typed, limits, fitting, doubts }) {
    Object.assign(this, { open, close, answer, settings, typed, limits, fitting, doubts, all: [], current: null, working: false, failed: "" });
    roving(byId("strip"));
    this.available = this.lookForAnnotator();
    this.listen();
  }

  async lookForAnnotator() {
    try {
      const { available, name, price, why } = await get("/api/annotator");
      byId("file").disabled = !available;
      byId("photo").classList.toggle("off", !available);
      const cost = price ? `, ${price} USD a photo at list price` : "";
      this.say(available ? `or drop them anywhere; labelled by ${name}${cost}` : `No photos here: ${why}`);
      this.why = why;
      return available;
    } catch (error) {
      this.say(error.message);
      this.why = error.message;
      return false;
    }
  }

  say(text) {
    byId("photo-status").textContent = text;
  }

  fail(name, why) {
    byId("failures").append(el("li", {}, `${name}: ${why}`));
  }

  async add(files, folders = []) {
    if (!files.length) return;
    const isAvailable = await this.available;
    fill(byId("failures"));
    if (!isAvailable) return this.fail(files.length > 1 ? `${files.length} photos` : files[0].name, this.why);
    const query = this.typed();
    if (this.current) Object.assign(query, { text: besides(query.text, this.current), chosen: [], caption: "" });
    const added = [];
    for (const file of files) {
      const why = refused(file, this.limits, folders.includes(file));
      if (why) this.fail(file.name, why);
      else added.push(this.taken(file, query, added));
    }
    this.all.push(...added);
    if (added.length) this.select(added[0]);
    else this.fallBack(query);
    this.work();
  }

  /**
   * n : labels that were found, null before, and `own` as text.  hashtags : all that copying it copies, for the settings
   * `asked`.  typed : labels that stood on the page before it.  added : the photos that came with it.
   */
  taken(file, { text: typed, ...query }, added) {
    const photo = { file, name: file.name, url: URL.createObjectURL(file), query: { text: "", ...query }, typed, added };
    Object.assign(photo, { n: null, own: "", hashtags: [], source: "", asked: "" });
    photo.image = el("img", { src: photo.url, title: photo.name, decoding: "async" });
    photo.button = el("button", { type: "button", onclick: () => this.choose(photo) }, photo.image);
    photo.item = el("li", {}, photo.button);
    byId("strip").append(photo.item);
    return photo;
  }

  /** One photo after the other: labels first, those of the photo on the page before others, then the others' answers. */
  async work() {
    if (this.working) return;
    this.working = true;
    const isStale = (photo) => photo !== this.current && photo.asked !== this.settings();
    const unlabelled = () => [this.current, ...this.all].find((photo) => photo?.n === null);
    for (let photo; (photo = unlabelled() ?? this.all.find(isStale)); this.show()) {
      if (photo.n === null) await this.label(photo);
      else await this.ask(photo);
    }
    this.working = false;
    this.show();
  }

  async label(photo) {
    try {
      const { labels, photo_features } = await send("/api/photo", photo.file);
      Object.assign(photo, { n: labels.length, own: asText(labels), features: photo_features });
      photo.query.text = [photo.query.text, photo.own].filter(Boolean).join(", "); // what was typed meanwhile stays
      if (photo === this.current) this.select(photo);
    } catch (error) {
      if (this.all.includes(photo)) this.lose(photo, error.message.replace(/^the photo: /, ""));
    }
  }

  async ask(photo) {
    const asked = this.settings();
    const { query } = photo;
    const isAsked = () => photo.query === query && this.all.includes(photo); // or it was opened, or removed, meanwhile
    try {
      const answer = await this.answer({ ...query, photo });
      if (isAsked()) Object.assign(photo, answer, { asked });
    } catch (error) {
      if (!isAsked()) return;
      this.fail(photo.name, error.message);
      photo.asked = asked;
    }
  }

  /** The query on the page was changed. */
  edited({ photo, text, chosen, caption }) {
    if (!photo) {
      if (this.failed) this.forgetFailures();
      return;
    }
    photo.query = { text, chosen, caption };
    photo.asked = "";
    this.show(); // nothing is copied for all until there are answers
  }

  /** The query on the page, which is still that of its photo, was answered. */
  answered(photo, chosen, { hashtags, source }) {
    if (!photo) return;
    photo.query.chosen = chosen;
    Object.assign(photo, { hashtags, source, asked: this.settings() });
    this.work();
  }

  select(photo) {
    Object.assign(this, { current: photo, failed: "" });
    const query = { ...(photo?.query ?? { text: "", chosen: [], caption: "" }), photo };
    if (photo?.n === null && !query.text) this.close(query, "Looking at the photo…");
    else this.open(query);
    this.show();
    if (photo?.n === null) this.work();
  }

  step(by) {
    this.choose(this.all[(this.all.indexOf(this.current) + by + this.all.length) % this.all.length]);
  }

  choose(photo) {
    if (this.failed) this.forgetFailures();
    this.select(photo);
  }

  /** A photo has no labels: the page is another's that came with it, or nobody's. */
  lose(photo, why) {
    this.fail(photo.name, why);
    this.all.splice(this.all.indexOf(photo), 1);
    this.drop(photo);
    if (photo !== this.current) return;
    const other = photo.added.find((one) => this.all.includes(one));
    if (other) this.select(other);
    else this.fallBack({ ...photo.query, text: [photo.typed, photo.query.text].filter(Boolean).join(", ") });
  }

  /** Nothing of what was given last has labels. What is typed stays; no answer to any other photo may. */
  fallBack(query) {
    this.failed = "";
    if (this.current && query.text) this.open({ ...query, photo: null });
    if (!query.text) this.close({ ...query, photo: null }, "");
    this.current = null;
    this.failed = `No photo was labelled${query.text ? "; what is typed stays." : ", so there is no answer."}`;
    this.show();
  }

  forgetFailures() {
    this.failed = "";
    fill(byId("failures"));
    this.show();
  }

  drop({ item, url }) {
    item.remove();
    URL.revokeObjectURL(url);
  }

  clear() {
    this.all.splice(0).forEach(this.drop);
    fill(byId("failures"));
    this.select(null);
    byId("file").focus();
  }

  /** All photos with their captions and hashtags, as text. */
  text() {
    const head = ({ name, source }) => (this.doubts[source] ? `${name} (${this.doubts[source].mark})` : name);
    const post = ({ query: { caption }, hashtags }) => postText(caption, this.fitting(hashtags, caption));
    return this.all.map((photo) => `${head(photo)}\n${post(photo)}`).join("\n\n");
  }

  show() {
    const { all, current } = this;
    const labelled = all.filter((photo) => photo.n !== null).length;
    const isReady = labelled === all.length && all.every((photo) => photo.asked === this.settings());
    document.body.classList.toggle("waiting", current?.n === null);
    byId("several").hidden = all.length < (current ? 2 : 1);
    byId("progress").hidden = all.length < 2 || labelled === all.length;
    Object.assign(byId("progress"), { max: all.length || 1, value: labelled });
    byId("copy-each").disabled = !isReady;
    document.body.dataset.photos = isReady ? all.length : "";
    this.preview(current);
    for (const photo of all) {
      photo.button.classList.toggle("pending", photo.n === null);
      photo.button.setAttribute("aria-current", photo === current);
      photo.button.classList.toggle("doubtful", photo.source in this.doubts);
      photo.image.alt = [photo.name, this.doubts[photo.source]?.mark].filter(Boolean).join(", ");
    }
    this.say(this.status(labelled));
  }

  status(labelled) {
    const { all, current } = this;
    const seen = () => (current.n ? `${current.n} labels, best first.` : "Nothing was seen in it.");
    if (!current) return this.failed || "Drop photos anywhere.";
    if (all.length < 2) return current.n === null ? "Looking at the photo…" : seen();
    const which = `${current.name}, ${all.indexOf(current) + 1} of ${all.length}: ${current.n === null ? "waiting…" : seen()}`;
    return labelled < all.length ? `${which} ${labelled} of ${all.length} photos are labelled.` : which;
  }

  preview(photo) {
    const image = byId("preview");
    const url = photo?.url ?? "";
    if (image.dataset.url === url) return;
    image.dataset.url = url;
    image.hidden = !url;
    if (url) image.src = url;
    else image.removeAttribute("src");
    image.alt = photo ? `The photo ${photo.name}` : "The photo";
  }

  listen() {
    byId("preview").onerror = () => (byId("preview").hidden = true); // of a kind that browsers do not show
    byId("previous").addEventListener("click", () => this.step(-1));
    byId("next").addEventListener("click", () => this.step(1));
    byId("clear").addEventListener("click", () => this.clear());
    byId("copy-each").addEventListener("click", () => copy(this.text(), `the hashtags of ${this.all.length} photos`));
    byId("file").addEventListener("change", (event) => {
      this.add([...event.target.files]);
      event.target.value = "";
    });
    const dropping = (is) => document.body.classList.toggle("dropping", is);
    document.addEventListener("dragover", (event) => {
      if (![...(event.dataTransfer?.items ?? [])].some((item) => item.kind === "file")) return;
      event.preventDefault();
      dropping(true);
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
    document.addEventListener("drop", (event) => {
      dropping(false);
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      const { items, files } = event.dataTransfer;
      this.add([...files], [...files].filter((_, i) => items[i].webkitGetAsEntry?.()?.isDirectory));
    });
  }
}
