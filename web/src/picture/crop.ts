/* Geometry of the crop box: boxes in fractions of the picture, moved, resized, drawn and steered by keys.
 *
 * Decided: every function returns a box that lies inside the picture and is at least `min` on each side.
 * The wire takes four decimals, rounded so that the box never sticks out.
 */

import type { Box } from "../api/types";

export type Handle = "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw";
export interface Least {
  width: number;
  height: number;
}

export const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };
const LEAST: Least = { width: 0.05, height: 0.05 };
const FULL = 0.995;

export function isWhole(box: Box | null): boolean {
  return box === null || (box.width >= FULL && box.height >= FULL);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

export function moved(box: Box, dx: number, dy: number): Box {
  return { ...box, x: clamp(box.x + dx, 0, 1 - box.width), y: clamp(box.y + dy, 0, 1 - box.height) };
}

export function resized(box: Box, handle: Handle, dx: number, dy: number, least: Least = LEAST): Box {
  let { x: left, y: top } = box;
  let right = left + box.width;
  let bottom = top + box.height;
  if (handle.includes("w")) left = clamp(left + dx, 0, right - least.width);
  if (handle.includes("e")) right = clamp(right + dx, left + least.width, 1);
  if (handle.includes("n")) top = clamp(top + dy, 0, bottom - least.height);
  if (handle.includes("s")) bottom = clamp(bottom + dy, top + least.height, 1);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The box between two corners, wherever the second was dragged to. */
export function drawn(ax: number, ay: number, bx: number, by: number, least: Least = LEAST): Box {
  const [x, width] = span(ax, bx, least.width);
  const [y, height] = span(ay, by, least.height);
  return { x, y, width, height };
}

function span(from: number, to: number, least: number): [number, number] {
  const a = clamp(from, 0, 1);
  const b = clamp(to, 0, 1);
  const length = Math.max(Math.abs(a - b), least);
  const start = clamp(b < a ? a - length : a, 0, 1 - length);
  return [start, length];
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What a key does to the box: arrows move it, with shift they size it; null for any other key. */
export function steered(box: Box, key: string, shift: boolean, step = 0.02): Box | null {
  const arrow = ARROWS[key];
  if (!arrow) return null;
  const [dx, dy] = [arrow[0] * step, arrow[1] * step];
  return shift ? resized(box, "se", dx, dy) : moved(box, dx, dy);
}

/** A box to begin with by keyboard, when the whole picture is searched. */
export function middle(): Box {
  return { x: 0.2, y: 0.2, width: 0.6, height: 0.6 };
}

/** A box to begin with by a tap: half the picture around the place. */
export function around(x: number, y: number): Box {
  return moved({ x: x - 0.25, y: y - 0.25, width: 0.5, height: 0.5 }, 0, 0);
}

/** As it is sent: four decimals, inside the picture; null for the whole picture. */
export function wireBox(box: Box | null): Box | null {
  if (box === null || isWhole(box)) return null;
  const x = floor(box.x);
  const y = floor(box.y);
  return {
    x,
    y,
    width: Math.min(floor(box.width), floor(1 - x)),
    height: Math.min(floor(box.height), floor(1 - y)),
  };
}

function floor(value: number): number {
  return Math.floor(value * 10_000 + 1e-6) / 10_000;
}

export function formatBox(box: Box): string {
  return [box.x, box.y, box.width, box.height].map(floor).join(",");
}

export function parseBox(text: string | null): Box | null {
  const parts = (text ?? "").split(",").map(Number);
  if (parts.length !== 4 || !parts.every((part) => Number.isFinite(part))) return null;
  const [x, y, width, height] = parts as [number, number, number, number];
  const fits =
    x >= 0 && y >= 0 && width >= 0.01 && height >= 0.01 && x + width <= 1.0001 && y + height <= 1.0001;
  return fits ? wireBox({ x, y, width, height }) : null;
}

/** For people: "left 10 %, top 20 %, 50 % wide, 40 % high". */
export function describe(box: Box | null): string {
  if (isWhole(box) || box === null) return "the whole picture";
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map((part) => Math.round(part * 100));
  return `left ${x} %, top ${y} %, ${width} % wide, ${height} % high`;
}
