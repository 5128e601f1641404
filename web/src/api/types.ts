/* The shapes of the HTTP API, version 1, as far as the page reads or writes them. */

import type { Chip, Share, Swatch, Understanding, Why } from "./discovery";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Picture {
  image_id: string;
  url: string;
  width: number | null;
  height: number | null;
}

export interface CardItem {
  item_id: string | null;
  title: string | null;
  category: string | null;
  price: number | null;
  url: string | null;
  attributes: Record<string, string>;
  picture: Picture | null;
}

export interface Result extends CardItem {
  rank: number;
  score: number;
  folded?: number;
  why?: Why | string | null;
  shares?: Share[];
}

/** The answer of any search for items; what only some of them tell is optional. */
export interface SearchAnswer {
  results: Result[];
  image_id: string | null;
  chips?: Chip[];
  palette?: Swatch[];
  coverage?: number;
  effect?: { score_before: number; score_after: number } | null;
  notes?: string[];
  understanding?: Understanding;
}

export interface ItemsAnswer {
  items: CardItem[];
  next?: string | null;
}

export interface FoundObject {
  object_id: string;
  box: Box;
  category: string | null;
  score: number | null;
}

export interface ItemPicture extends Picture {
  role: string | null;
  position: number | null;
  objects: FoundObject[];
}

export interface ItemDetail {
  item_id: string;
  title: string | null;
  description: string | null;
  url: string | null;
  category: string | null;
  price: number | null;
  attributes: Record<string, string>;
  created: string | null;
  pictures: ItemPicture[];
}

export interface FieldInfo {
  field: string;
  kind: "text" | "number" | "flag";
  values?: { value: string; count: number }[] | null;
  distinct?: number | null;
  least?: number | null;
  most?: number | null;
}

export interface Info {
  name: string;
  version: string;
  items: number;
  text_search: boolean;
  url_search: boolean;
  limits: { k: number; body_bytes: number };
  fields: FieldInfo[];
}

export type WireFilter =
  | { field: string; any_of: string[] }
  | { field: string; equals: boolean }
  | { field: string; at_least?: number; at_most?: number }
  | { all: WireFilter[] };
