/* Tones go from light to dark for any number of steps. */

import { expect, it } from "vitest";
import { isSkin, skinHex, skinName } from "./skin";

it("goes from light to dark", () => {
  for (const steps of [2, 4, 6, 10]) {
    const greens = Array.from({ length: steps }, (_, n) =>
      Number.parseInt(skinHex(n, steps).slice(3, 5), 16),
    );
    expect([...greens].sort((a, b) => b - a)).toEqual(greens);
    expect(new Set(greens).size).toBe(steps);
  }
  expect(skinHex(0, 1)).toMatch(/^#[0-9a-f]{6}$/);
});

it("is known by the task's name, and said in words", () => {
  expect([isSkin("skin_tone"), isSkin("Skin tone range"), isSkin("category"), isSkin("style")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(skinName("dark", 3, 4)).toBe("dark, step 4 of 4 from light to dark");
});
