/* Reasons are told in words, and not where there are none. */

import { expect, it } from "vitest";
import type { Share } from "../api/discovery";
import { badges, reasonOf, type Shown } from "./reasons";

const ITEM: Shown = {
  item_id: "a",
  title: null,
  category: null,
  price: null,
  url: null,
  attributes: {},
  picture: null,
};
const share = (source: string, part: number): Share => ({ source, share: part, rank: 2, score: 0.5 });

it("says nothing where nothing is known", () => {
  expect(reasonOf(ITEM)).toBeNull();
  expect(reasonOf({ ...ITEM, score: 0.5, shares: [], why: null })).toBeNull();
});

it("tells source, likeness, agreement and what was folded", () => {
  const why = {
    source: "crop",
    score: 0.8349,
    agreement: 0.5,
    agreed: ["category", "labels: floral"],
    part: null,
    text: "looks like this part (crop, 0.83); agrees in category",
  };
  expect(reasonOf({ ...ITEM, why, folded: 3 })).toEqual({
    sentence: "Looks like this part",
    facts: [
      ["Found by", "this part"],
      ["Likeness", "0.83"],
      ["Agrees", "category; labels: floral"],
      ["Agreement", "50 %"],
      ["Near-duplicates", "3 not shown"],
    ],
  });
});

it("tells each source of a blend, the largest first", () => {
  const shares = [share("words", 0.25), share("whole", 0.7), share("objects", 0.05)];
  expect(badges(shares)).toEqual(["whole picture", "words"]);
  expect(reasonOf({ ...ITEM, why: "Both agree.", shares })?.facts[0]).toEqual([
    "Whole picture",
    "70 %, place 2",
  ]);
  expect(badges(undefined)).toEqual([]);
});
