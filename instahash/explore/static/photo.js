// Photos, dropped or chosen: previewed here, labelled by the server; the labels become the text.

import { get, send } from "./api.js";
import { byId } from "./dom.js";

/** setText : called with the labels of a photo as people type them.  most : bytes of a photo. */
export function takePhotos(setText, most) {
  const say = (text) => (byId("photo-status").textContent = text);
  const available = get("/api/annotator").then(
    ({ available, name, price, why }) => {
      byId("file").disabled = !available;
      byId("photo").classList.toggle("off", !available);
      const cost = price ? `, ${price} USD a photo at list price` : "";
      say(available ? `or drop one anywhere; labelled by ${name}${cost}` : `No photos here: ${why}`);
      return available;
    },
    (error) => void say(error.message),
  );

  async function label(file) {
    if (!file || !(await available)) return;
    if (file.size > most) return say(`The photo has ${(file.size / 1e6).toFixed(1)} MB, ${most / 1e6} are the most.`);
    preview(file);
    say("Looking at the photo…");
    try {
      const { labels } = await send("/api/photo", file);
      say(labels.length ? `${labels.length} labels, best first.` : "Nothing was seen in it.");
      // Four decimals: with fewer, a label that is rejected may have the least score that is not.
      setText(labels.map(({ description, score }) => `${description.replaceAll(/[,;|]/g, " ")}:${Number(score.toFixed(4))}`).join(", "));
    } catch (error) {
      say(error.message);
    }
  }

  function preview(file) {
    const image = byId("preview");
    if (image.src) URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(file);
    image.hidden = false;
    image.onerror = () => (image.hidden = true); // of a kind that browsers do not show
  }

  byId("file").addEventListener("change", (event) => {
    label(event.target.files[0]);
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
    label(event.dataTransfer.files[0]);
  });
}
