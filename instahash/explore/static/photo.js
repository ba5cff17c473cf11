// Photos, dropped or chosen: shown here, labelled by the server, and what it saw becomes the text.

import { get, send } from "./api.js";
import { byId } from "./dom.js";

export function takePhotos(model, setText) {
  const status = byId("photo-status");
  const available = get("/api/annotator").then(
    ({ available, name, price, why }) => {
      byId("file").disabled = !available;
      byId("photo").classList.toggle("off", !available);
      const cost = price ? `, ${price} USD a photo at list price` : "";
      status.textContent = available ? `or drop one anywhere; labelled by ${name}${cost}` : `No photos here: ${why}`;
      return available;
    },
    (error) => {
      status.textContent = error.message;
    },
  );

  async function take(file) {
    if (!file || !(await available)) return;
    if (file.size > model.most_image) {
      status.textContent = `The photo has ${(file.size / 1e6).toFixed(1)} MB, ${model.most_image / 1e6} are the most.`;
      return;
    }
    preview(file);
    status.textContent = "Looking at the photo…";
    try {
      const { labels } = await send("/api/photo", file);
      status.textContent = labels.length ? `${labels.length} labels, best first.` : "Nothing was seen in it.";
      // With four decimals, or some that are rejected would be believed.
      setText(labels.map(({ description, score }) => `${description.replaceAll(/[,;|]/g, " ")}:${Number(score.toFixed(4))}`).join(", "));
    } catch (error) {
      status.textContent = error.message;
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
    take(event.target.files[0]);
    event.target.value = "";
  });
  const drops = (event) => [...(event.dataTransfer?.items ?? [])].some((item) => item.kind === "file");
  document.addEventListener("dragover", (event) => {
    if (!drops(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
