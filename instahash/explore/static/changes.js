// What became of a list of hashtags: added, dropped, moved up or down.

/** before, after: lists of words. Gives { added, dropped, moved }; moved is a Map of word -> places up (or, below 0, down). */
export function compare(before, after) {
  const added = after.filter((word) => !before.includes(word));
  const dropped = before.filter((word) => !after.includes(word));
  const moved = new Map();
  for (const [place, word] of after.entries()) {
    const was = before.indexOf(word);
    if (was >= 0 && was !== place) moved.set(word, was - place);
  }
  return { added, dropped, moved };
}

export const isSame = ({ added, dropped, moved }) => !added.length && !dropped.length && !moved.size;

/** In words, for who listens. */
export function inWords(changes) {
  if (isSame(changes)) return "No change.";
  const up = [...changes.moved.values()].filter((by) => by > 0).length;
  const parts = [
    changes.added.length && `added ${changes.added.join(", ")}`,
    changes.dropped.length && `dropped ${changes.dropped.join(", ")}`,
    up && `${up} moved up`,
    changes.moved.size - up && `${changes.moved.size - up} moved down`,
  ].filter(Boolean);
  return `${parts.join("; ")}.`;
}
