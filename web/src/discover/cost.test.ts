/* The cost of variety is said where it shows, and never where there is none. */

import { expect, it } from "vitest";
import { costOf } from "./cost";

it("is a share of the likeness", () => {
  expect(costOf({ score_before: 0.5, score_after: 0.45 })).toEqual([
    "In this order the results are 10 % less alike on average.",
  ]);
  for (const none of [
    undefined,
    null,
    { score_before: 0.5, score_after: 0.499 },
    { score_before: 0, score_after: 0 },
  ])
    expect(costOf(none)).toEqual([]);
});
