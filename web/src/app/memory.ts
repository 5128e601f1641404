/* What a page remembers of itself while its entry is in the history: results, the chosen card, the seed.
 *
 * Decided: in memory, so that going back shows what was there at once; the oldest entries are forgotten.
 */

import { useCallback, useState } from "react";

const KEPT = 30;
const entries = new Map<string, Map<string, unknown>>();

export function recall<T>(key: string, name: string): T | undefined {
  return entries.get(key)?.get(name) as T | undefined;
}

export function remember(key: string, name: string, value: unknown): void {
  const found = entries.get(key) ?? new Map<string, unknown>();
  entries.delete(key);
  entries.set(key, found.set(name, value));
  for (const oldest of entries.keys()) {
    if (entries.size <= KEPT) break;
    entries.delete(oldest);
  }
}

/** `useState` whose value is there again when the visitor comes back to the entry. */
export function useMemory<T>(key: string, name: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => recall<T>(key, name) ?? initial);
  const set = useCallback(
    (next: T) => {
      remember(key, name, next);
      setValue(next);
    },
    [key, name],
  );
  return [value, set];
}
