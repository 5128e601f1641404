/* Shades of one name are one colour. */

import { expect, it } from "vitest";
import { merged } from "./tones";

it("adds the shares of a name, and keeps the first shade", () => {
  const found = merged([
    { name: "blue", hex: "#0000ff", share: 0.4 },
    { name: "beige", hex: "#ddccaa", share: 0.3 },
    { name: "beige", hex: "#ccbb99", share: 0.25 },
  ]);
  expect(found.map(({ name, hex }) => [name, hex])).toEqual([
    ["beige", "#ddccaa"],
    ["blue", "#0000ff"],
  ]);
  expect(found[0]!.share).toBeCloseTo(0.55);
});
