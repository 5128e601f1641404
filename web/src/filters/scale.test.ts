/* A slider reaches both ends and never leaves them. */

import { expect, it } from "vitest";
import { STEPS, toStep, toValue } from "./scale";

it("reaches both ends exactly", () => {
  for (const [least, most] of [
    [3.95, 950],
    [0, 1],
    [-5, 5],
    [1990, 2026],
  ] as const) {
    expect(toValue(0, least, most)).toBe(least);
    expect(toValue(STEPS, least, most)).toBe(most);
    expect([toStep(least, least, most), toStep(most, least, most)]).toEqual([0, STEPS]);
  }
});

it("rises, inside its ends, and comes back to about the same step", () => {
  let before = Number.NEGATIVE_INFINITY;
  for (let step = 0; step <= STEPS; step++) {
    const value = toValue(step, 3.95, 950);
    expect(value).toBeGreaterThanOrEqual(before);
    expect(value).toBeLessThanOrEqual(950);
    expect(Math.abs(toStep(value, 3.95, 950) - step)).toBeLessThanOrEqual(3);
    before = value;
  }
});

it("gives the low end of prices its share", () => {
  expect(toValue(50, 3.95, 950)).toBeLessThan(100);
  expect(toValue(50, 0, 100)).toBe(50);
});
