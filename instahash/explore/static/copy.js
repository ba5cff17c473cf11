// Texts into the clipboard, and hashtags as text.

import { byId } from "./dom.js";

export const tags = (names) => names.map((name) => `#${name}`).join(" ");

/** A post's text: its caption, and its hashtags below. */
export const postText = (caption, names) => [caption.trim(), tags(names)].filter(Boolean).join("\n\n");

/** what : of the text, in words, for the line that says that it is copied. */
export async function copy(text, what) {
  const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  say(isCopied || copySelected(text) ? `Copied: ${what}` : "The browser does not let this page copy; select the text of the post and copy it.");
}

/** Browsers give pages that came without encryption from another machine no clipboard. */
function copySelected(text) {
  const area = document.createElement("textarea");
  const active = document.activeElement;
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  active?.focus({ preventScroll: true });
  return isCopied;
}

let leaving = 0;
function say(text) {
  clearTimeout(leaving);
  byId("copied").textContent = text;
  leaving = setTimeout(() => (byId("copied").textContent = ""), 4000);
}
