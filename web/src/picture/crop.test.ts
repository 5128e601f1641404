/* Crop boxes stay inside the picture, whatever is done to them. */

import { describe as group, expect, it } from "vitest";
import {
  around,
  describe,
  drawn,
  formatBox,
  isWhole,
  moved,
  parseBox,
  resized,
  steered,
  WHOLE,
  wireBox,
  type Handle,
} from "./crop";
import type { Box } from "../api/types";

const BOX: Box = { x: 0.2, y: 0.3, width: 0.4, height: 0.5 };
const HANDLES: Handle[] = ["n", "s", "e", "w", "ne", "nw", "se", "sw"];

function inside(box: Box): boolean {
  const slack = 1e-9;
  return (
    box.x >= -slack &&
    box.y >= -slack &&
    box.width > 0 &&
    box.height > 0 &&
    box.x + box.width <= 1 + slack &&
    box.y + box.height <= 1 + slack
  );
}

group("a box", () => {
  it("keeps its size while it moves, and stops at the edge", () => {
    expect(moved(BOX, 0.1, -0.1)).toEqual({ ...BOX, x: 0.2 + 0.1, y: 0.3 - 0.1 });
    expect(moved(BOX, 5, -5)).toEqual({ x: 0.6, y: 0, width: 0.4, height: 0.5 });
  });

  it("stays inside and above the least size for every handle and any pull", () => {
    for (const handle of HANDLES) {
      for (const dx of [-2, -0.3, 0, 0.3, 2]) {
        for (const dy of [-2, -0.3, 0, 0.3, 2]) {
          const found = resized(BOX, handle, dx, dy);
          expect(inside(found)).toBe(true);
          expect(Math.min(found.width, found.height)).toBeGreaterThanOrEqual(0.05 - 1e-9);
        }
      }
    }
  });

  it("keeps the opposite corner where it is", () => {
    const found = resized(BOX, "nw", 0.1, 0.1);
    expect(found.x + found.width).toBeCloseTo(0.6);
    expect(found.y + found.height).toBeCloseTo(0.8);
    expect(found.x).toBeCloseTo(0.3);
  });

  it("is drawn in any direction, also out of the picture", () => {
    expect(formatBox(drawn(0.75, 0.75, 0.25, 0.5))).toBe(formatBox(drawn(0.25, 0.5, 0.75, 0.75)));
    expect(drawn(0.5, 0.5, 2, -3)).toEqual({ x: 0.5, y: 0, width: 0.5, height: 0.5 });
    expect(inside(drawn(1, 1, 1, 1))).toBe(true);
  });

  it("is steered by arrows: moved, and sized with shift", () => {
    expect(steered(BOX, "ArrowRight", false)?.x).toBeCloseTo(0.22);
    expect(steered(BOX, "ArrowRight", true)?.width).toBeCloseTo(0.42);
    expect(steered(WHOLE, "ArrowUp", true)?.height).toBeCloseTo(0.98);
    expect(steered(BOX, "Enter", false)).toBeNull();
  });

  it("begins around a tap", () => {
    expect(around(0.5, 0.5)).toEqual({ x: 0.25, y: 0.25, width: 0.5, height: 0.5 });
    expect(inside(around(0, 1))).toBe(true);
  });
});

group("on the wire", () => {
  it("never sticks out after rounding", () => {
    for (let n = 0; n < 500; n++) {
      const [x, y] = [Math.random() * 0.9, Math.random() * 0.9];
      const sent = wireBox({ x, y, width: (1 - x) * 0.99, height: (1 - y) * 0.5 })!;
      expect(sent.x + sent.width).toBeLessThanOrEqual(1.0000001);
      expect(sent.y + sent.height).toBeLessThanOrEqual(1.0000001);
    }
  });

  it("is null for the whole picture", () => {
    expect(wireBox(WHOLE)).toBeNull();
    expect(wireBox(null)).toBeNull();
    expect(isWhole({ x: 0, y: 0, width: 1, height: 0.9 })).toBe(false);
  });

  it("passes through an address", () => {
    expect(parseBox(formatBox(BOX))).toEqual(BOX);
    for (const bad of [null, "", "1,2", "0,0,2,2", "a,b,c,d", "0.5,0.5,0.6,0.1", "0,0,0,0"])
      expect(parseBox(bad)).toBeNull();
  });

  it("has words", () => {
    expect(describe(null)).toBe("the whole picture");
    expect(describe(BOX)).toBe("left 20 %, top 30 %, 40 % wide, 50 % high");
  });
});
