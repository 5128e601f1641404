/* Where the visitor is, and how they got there: the browser's history as a store.
 *
 * Decided: no router library. Each entry has a key; what a page remembers of itself (`memory`) hangs on it.
 * Scrolling is restored by us, because results arrive later than the browser would scroll.
 */

import { useSyncExternalStore } from "react";

export interface Entry {
  key: string;
  path: string;
  query: string;
  how: "load" | "push" | "pop";
  scroll: number;
  depth: number;
}

/** What the browser keeps with an entry; `depth` counts the steps inside the page. */
interface State {
  key?: string;
  scroll?: number;
  depth?: number;
}

const listeners = new Set<() => void>();
const scrolls = new Map<string, number>();
let saving: ReturnType<typeof setTimeout> | undefined;
let entry = arrive("load");

export function useEntry(): Entry {
  return useSyncExternalStore(subscribe, () => entry);
}

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(history.state, "", to);
    publish({ ...entry, path: location.pathname, query: location.search });
    return;
  }
  clearTimeout(saving);
  save();
  history.pushState({ key: fresh(), depth: entry.depth + 1 } satisfies State, "", to);
  publish(arrive("push"));
}

/** One step back, never out of the page. */
export function back(): void {
  if (entry.depth > 0) history.back();
  else navigate("/");
}

function arrive(how: Entry["how"]): Entry {
  const state = (history.state ?? {}) as State;
  const key = state.key ?? fresh();
  if (!state.key) history.replaceState({ key, depth: 0 } satisfies State, "");
  const scroll = scrolls.get(key) ?? state.scroll ?? 0;
  return { key, path: location.pathname, query: location.search, how, scroll, depth: state.depth ?? 0 };
}

function save(): void {
  history.replaceState({ key: entry.key, scroll: scrollY, depth: entry.depth } satisfies State, "");
}

function fresh(): string {
  return Math.random().toString(36).slice(2, 10);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function publish(next: Entry): void {
  entry = next;
  for (const listener of [...listeners]) listener();
}

history.scrollRestoration = "manual";
addEventListener("popstate", () => {
  clearTimeout(saving);
  publish(arrive("pop"));
});
addEventListener(
  "scroll",
  () => {
    const key = entry.key;
    scrolls.set(key, scrollY);
    clearTimeout(saving);
    saving = setTimeout(() => entry.key === key && save(), 200);
  },
  { passive: true },
);
