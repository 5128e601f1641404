/* The colours of a picture as they are shown: one of each name. */

import type { Understanding } from "../api/discovery";

type Tones = Understanding["colours"];

/** Shades of one name are one colour to press. */
export function merged(tones: Tones): Tones {
  const found = new Map<string, Tones[number]>();
  for (const tone of tones) {
    const first = found.get(tone.name);
    found.set(tone.name, first ? { ...first, share: first.share + tone.share } : tone);
  }
  return [...found.values()].sort((a, b) => b.share - a.share);
}
