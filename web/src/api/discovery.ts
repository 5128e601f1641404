/* What of discovery the server has, and the shapes of its answers.
 *
 * Decided: asked for once and shared. A server that does not know the question (an older one) has none of it,
 * and the page searches as it did before. Shapes are as far as the page reads them.
 */

import { useSyncExternalStore } from "react";
import { Refused } from "./client";
import { patiently } from "./patient";
import type { Box, CardItem, Picture, Result } from "./types";

export interface There {
  detector: string | null;
  objects: boolean;
  colours: boolean;
  annotations: boolean;
  labels: boolean;
  complete: boolean;
  tasks: Record<string, string[]>;
  spread: string[];
}

export interface Part {
  box: Box;
  object_id?: string | null;
  category: string | null;
  score: number | null;
}

export interface Why {
  source: string;
  score: number;
  agreement: number | null;
  agreed: string[];
  part: Part | null;
  text: string;
}

export interface Share {
  source: string;
  share: number;
  rank: number;
  score: number;
}

export interface Chip {
  id: string;
  kind: "phrase" | "attribute";
  text: string;
  name: string | null;
  language: string | null;
  count: number;
}

export interface Swatch {
  name: string;
  hex: string;
  count: number;
}

export interface Word {
  phrase: string;
  language: string | null;
  score: number;
  origin: "neighbours" | "classifier";
}

export interface Understanding {
  objects: (Part & { origin: "detector" | "person" | "salient" })[];
  main: Part | null;
  words: Word[];
  colours: { name: string; hex: string; share: number }[];
}

export interface DotsAnswer {
  parts: Part[];
  found: number;
  source: "stored" | "detector" | "none";
  notes: string[];
}

export interface ShopGroup {
  part: Part;
  exact: Result | null;
  results: Result[];
  same_category: boolean;
  note: string;
}

export interface ShopAnswer {
  groups: ShopGroup[];
  notes: string[];
}

export interface Scene {
  rank: number;
  score: number;
  picture: Picture;
  items: CardItem[];
  matches: { part: Part; score: number }[];
}

export interface ObjectAnswer {
  scenes: Scene[];
  category: string | null;
  notes: string[];
}

export interface CompleteGroup {
  category: string;
  looks: number;
  results: (Result & { together?: number })[];
}

export interface CompleteAnswer {
  category: string | null;
  groups: CompleteGroup[];
  notes: string[];
}

let there: There | null = null;
let asking: Promise<There | null> | null = null;
const listeners = new Set<() => void>();

/** What is there; null where the server has no discovery at all. */
export function whatIsThere(): Promise<There | null> {
  asking ??= load();
  return asking;
}

async function load(): Promise<There | null> {
  try {
    there = await patiently<There>("/v1/discovery", { signal: new AbortController().signal });
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) asking = null; // the next one asks again
    return null;
  }
  for (const listener of [...listeners]) listener();
  return there;
}

export function useThere(): There | null {
  return useSyncExternalStore(subscribe, () => there);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  void whatIsThere();
  return () => listeners.delete(listener);
}
