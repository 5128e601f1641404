/* A cut shows its part and stays within the picture. */

import { expect, it } from "vitest";
import { cutOf } from "./cut";

it("scales and shifts the picture so that the part fills the frame", () => {
  const cut = cutOf({ x: 0.25, y: 0.5, width: 0.5, height: 0.25 }, 1);
  expect(cut).toEqual({ ratio: 2, image: { width: "200%", left: "-50%", top: "-200%" } });
});

it("gives a thin part room, and never leaves the picture", () => {
  for (const ratio of [0.5, 1, 1.8]) {
    for (const box of [
      { x: 0, y: 0, width: 0.02, height: 1 },
      { x: 0.98, y: 0.1, width: 0.02, height: 0.8 },
      { x: 0.1, y: 0.97, width: 0.9, height: 0.03 },
    ]) {
      const { ratio: shape, image } = cutOf(box, ratio);
      expect(shape).toBeGreaterThan(1 / 2.3);
      expect(shape).toBeLessThan(2.3);
      const width = 100 / Number.parseFloat(image.width);
      const left = (-Number.parseFloat(image.left) / 100) * width;
      expect(left).toBeGreaterThanOrEqual(-1e-9);
      expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
    }
  }
});
