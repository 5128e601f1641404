/* Cards lie in columns without overlap, and arrows find their neighbours. */

import { expect, it } from "vitest";
import { columnsOf, layout, type Place, ratioOf, within } from "./masonry";
import { stepped } from "./steps";

const RATIOS = [1, 1.5, 0.7, 1.2, 0.9, 1.9, 0.6, 1, 1.1, 1.3, 0.8, 1];
const COLUMNS = { count: 3, width: 200 };

function overlaps(a: Place, b: Place): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}

it("places cards without overlap and keeps the order from the top", () => {
  const { places, height } = layout(RATIOS, COLUMNS, 16, 50);
  places.forEach((one, n) =>
    places.slice(n + 1).forEach((other) => expect(overlaps(one, other)).toBe(false)),
  );
  for (let n = 1; n < places.length; n++)
    expect(places[n]!.top).toBeGreaterThanOrEqual(places[n - 1]!.top - 430);
  expect(places.slice(0, 3).map((place) => place.column)).toEqual([0, 1, 2]);
  expect(height).toBe(Math.max(...places.map((place) => place.top + place.height)));
});

it("does not move what is there when more comes", () => {
  const before = layout(RATIOS, COLUMNS, 16, 50).places;
  const after = layout([...RATIOS, 1, 1, 1], COLUMNS, 16, 50).places;
  expect(after.slice(0, before.length)).toEqual(before);
});

it("knows its columns", () => {
  expect(columnsOf(370, 10, 160)).toEqual({ count: 2, width: 180 });
  expect(columnsOf(1208, 18, 228).count).toBe(5);
  expect(columnsOf(200, 10, 160).count).toBe(1);
  const { count, width } = columnsOf(1000, 18, 228);
  expect(count * width + (count - 1) * 18).toBeCloseTo(1000);
});

it("bounds the shape of pictures and takes a square for an unknown one", () => {
  expect([ratioOf(100, 1000), ratioOf(1000, 10), ratioOf(null, 5), ratioOf(200, 300)]).toEqual([
    1.9, 0.55, 1, 1.5,
  ]);
});

it("finds what is in the window", () => {
  const { places, height } = layout(RATIOS, COLUMNS, 16, 50);
  expect(within(places, 0, height)).toHaveLength(RATIOS.length);
  expect(within(places, 0, 10)).toEqual([0, 1, 2]);
  expect(within(places, height + 1, height + 100)).toEqual([]);
});

it("goes by arrows to neighbours, and stays at the edges", () => {
  const { places } = layout([1, 1, 1, 1, 1, 1], COLUMNS, 10, 0);
  expect(stepped(places, 0, "ArrowRight")).toBe(1);
  expect(stepped(places, 1, "ArrowDown")).toBe(4);
  expect(stepped(places, 4, "ArrowUp")).toBe(1);
  expect(stepped(places, 4, "ArrowLeft")).toBe(3);
  expect(stepped(places, 0, "ArrowLeft")).toBeNull();
  expect(stepped(places, 5, "ArrowDown")).toBeNull();
  expect(stepped(places, 2, "Home")).toBe(0);
  expect(stepped(places, 2, "End")).toBe(5);
  expect(stepped(places, 2, "x")).toBeNull();
});

it("reaches every card by arrows from the first", () => {
  const { places } = layout(RATIOS, COLUMNS, 16, 50);
  const seen = new Set([0]);
  const left = [0];
  while (left.length) {
    const at = left.pop()!;
    for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]) {
      const next = stepped(places, at, key);
      if (next !== null && !seen.has(next)) seen.add(next) && left.push(next);
    }
  }
  expect(seen.size).toBe(RATIOS.length);
});
