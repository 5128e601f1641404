/* Taps find objects, and boxes find theirs. */

import { expect, it } from "vitest";
import { gated, overlap, partName, sameBox, tapped } from "./parts";

const TABLE = { box: { x: 0.1, y: 0.4, width: 0.8, height: 0.5 }, category: "table", score: 0.9 };
const VASE = { box: { x: 0.4, y: 0.3, width: 0.1, height: 0.2 }, category: "vase", score: 0.6 };

it("has a name with the chance, where there is one", () => {
  expect(partName({ category: "lamp", score: 0.917 })).toBe("lamp, 92 %");
  expect(partName({ category: null, score: null })).toBe("object");
});

it("means what is near its middle and small, whatever their order", () => {
  expect(tapped([TABLE, VASE], 0.45, 0.45)).toBe(VASE);
  expect(tapped([VASE, TABLE], 0.45, 0.45)).toBe(VASE);
  expect(tapped([VASE, TABLE], 0.2, 0.6)).toBe(TABLE);
  expect(tapped([VASE, TABLE], 0.05, 0.05)).toBeNull();
  const doubtful = { ...VASE, score: 0.05 };
  expect(tapped([doubtful, TABLE], 0.49, 0.5)).toBe(TABLE);
});

it("gives few dots, however many boxes there are", () => {
  const many = Array.from({ length: 1000 }, (_, n) => ({
    ...VASE,
    box: { ...VASE.box, x: (n % 37) / 50, y: (n % 29) / 40 },
  }));
  expect(gated(many)).toHaveLength(12);
  const near = { ...VASE, box: { ...VASE.box, x: 0.41 } };
  expect(gated([VASE, near, { ...TABLE, score: 0.1 }, { ...TABLE, score: null }])).toEqual([
    VASE,
    { ...TABLE, score: null },
  ]);
});

it("knows how far boxes overlap", () => {
  expect(overlap(TABLE.box, TABLE.box)).toBeCloseTo(1);
  expect(overlap(TABLE.box, { x: 0.95, y: 0, width: 0.05, height: 0.1 })).toBe(0);
  const half = { ...TABLE.box, width: TABLE.box.width / 2 };
  expect(overlap(TABLE.box, half)).toBeCloseTo(0.5);
  expect([
    sameBox(TABLE.box, half),
    sameBox(TABLE.box, { ...TABLE.box, x: 0.12 }),
    sameBox(null, VASE.box),
  ]).toEqual([false, true, false]);
});
