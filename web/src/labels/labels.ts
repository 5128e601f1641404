/* What the server says of labels. */

import type { Picture } from "../api/types";
import type { LabelsChosen } from "../app/places";

export interface LabelInfo {
  label_id: string;
  name: string;
  kind: string;
  images: number;
  phrases: string[];
  phrase_count: number;
  languages: string[];
  weight: number | null;
  purity: number | null;
  parent: string | null;
  samples: Picture[];
}

export interface Counted {
  value: string;
  count: number;
}

export interface LabelsAnswer {
  labels: LabelInfo[];
  total: number;
  every: number;
  kinds: Counted[];
  languages: Counted[];
}

export interface LabelNear {
  label_id: string;
  name: string;
  kind: string;
  images: number;
  share?: number | null;
}

export interface LabelDetail {
  label_id: string;
  name: string;
  kind: string;
  images: number;
  languages: string[];
  weight: number | null;
  purity: number | null;
  score: number | null;
  draws: number | null;
  phrases: {
    phrase: string;
    language: string;
    support: number;
    images: number;
    score: number | null;
  }[];
  phrase_count: number;
  parent: LabelNear | null;
  children: LabelNear[];
  beside: LabelNear[];
  samples: (Picture & { weight: number | null; item_id: string | null })[];
}

export const PAGE = 24;
export const SORTS: [string, string][] = [
  ["", "Most pictures"],
  ["few", "Fewest pictures"],
  ["name", "Name"],
  ["pure", "Purest"],
  ["impure", "Least pure"],
];
const KINDS: Record<string, string> = { head: "frequent", tail: "rare, joined" };

/** What a kind is to a visitor. */
export function kindName(kind: string): string {
  return KINDS[kind] ?? kind;
}

export function labelsPath({ q, kind, language, sort }: LabelsChosen, offset: number): string {
  const params = new URLSearchParams({ limit: String(PAGE), offset: String(offset) });
  for (const [name, value] of Object.entries({ q: q.trim(), kind, language, sort }))
    if (value) params.set(name, value);
  return `/v1/labels?${params}`;
}
