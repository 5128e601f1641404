/* What is taken stays first and stays visible. */

import { expect, it } from "vitest";
import type { Chip } from "../api/discovery";
import { PLAIN } from "../discover/look";
import { chipOffers, colourOffers } from "./offers";

const chip = (id: string, count: number): Chip => ({
  id,
  kind: "phrase",
  text: id.slice(7),
  name: null,
  language: null,
  count,
});

it("offers chips, the taken ones first and once", () => {
  const look = {
    ...PLAIN,
    chips: [
      { id: "phrase:b", text: "b" },
      { id: "phrase:gone", text: "gone" },
    ],
  };
  const offers = chipOffers(look, [chip("phrase:a", 9), chip("phrase:b", 4)]);
  expect(offers.map(({ id, count, taken }) => [id, count, taken])).toEqual([
    ["phrase:b", 4, true],
    ["phrase:gone", null, true],
    ["phrase:a", 9, false],
  ]);
});

it("offers colours by their counts, and keeps the taken one", () => {
  const found = [
    { name: "red", hex: "#ff0000", count: 2 },
    { name: "blue", hex: "#0000ff", count: 7 },
  ];
  expect(colourOffers(PLAIN, found).map((one) => one.name)).toEqual(["blue", "red"]);
  expect(colourOffers(PLAIN, found, 1)).toHaveLength(1);
  const taken = colourOffers({ ...PLAIN, colour: "red" }, found);
  expect(taken.map((one) => [one.name, one.taken])).toEqual([
    ["red", true],
    ["blue", false],
  ]);
  expect(colourOffers({ ...PLAIN, colour: "#123456" }, [])).toEqual([
    { name: "#123456", hex: "#123456", count: 0, taken: true },
  ]);
});
