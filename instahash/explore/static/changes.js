// What changed between two lists of words: added, dropped, moved up or down.

/** { added, dropped, moved }: lists of words, and a Map of word -> places up (or, below 0, down). */
export function compare(before, after) {
  const places = after.map((word, place) => [word, before.indexOf(word) - place]);
  return {
    added: after.filter((word) => !before.includes(word)),
    dropped: before.filter((word) => !after.includes(word)),
    moved: new Map(places.filter(([word, by]) => by !== 0 && before.includes(word))),
  };
}

export const isSame = ({ added, dropped, moved }) => !added.length && !dropped.length && !moved.size;

/** In words, for a screen reader.  names : Map of word -> name. */
export function inWords({ added, dropped, moved }, names) {
  const list = (words) => words.map((word) => names.get(word)).join(", ");
  const up = [...moved.values()].filter((by) => by > 0).length;
  const parts = [
    added.length && `added ${list(added)}`,
    dropped.length && `dropped ${list(dropped)}`,
    up && `${up} moved up`,
    moved.size - up && `${moved.size - up} moved down`,
  ];
  return `${parts.filter(Boolean).join("; ") || "No change"}.`;
}
