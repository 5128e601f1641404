/* What the server searches and what can be filtered by: asked for once, shared by all. */

import { useSyncExternalStore } from "react";
import { patiently } from "./patient";
import type { Info } from "./types";

let info: Info | null = null;
let asked = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!asked) {
    asked = true;
    void load();
  }
  return () => listeners.delete(listener);
}

async function load(): Promise<void> {
  try {
    info = await patiently<Info>("/v1/info", { signal: new AbortController().signal });
  } catch {
    asked = false; // whoever looks next asks again; the page works without filters until then
  }
  for (const listener of [...listeners]) listener();
}

export function useInfo(): Info | null {
  return useSyncExternalStore(subscribe, () => info);
}
