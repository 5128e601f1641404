/* Who judges: the name is remembered in this browser, the key in this tab only. */

import type { Rater } from "./judging";

const NAME = "saccade.rater";
const KEY = "saccade.key";

export function known(): Rater {
  return { name: read(() => localStorage.getItem(NAME)), key: read(() => sessionStorage.getItem(KEY)) };
}

export function remember({ name, key }: Rater): void {
  try {
    localStorage.setItem(NAME, name);
    sessionStorage.setItem(KEY, key);
  } catch {
    // private windows may keep nothing: it is asked for again, then
  }
}

function read(get: () => string | null): string {
  try {
    return get() ?? "";
  } catch {
    return "";
  }
}
