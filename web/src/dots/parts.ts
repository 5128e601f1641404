/* Objects in a picture: their names, which one was tapped, and which one a box is.
 *
 * Decided: of objects that lie over one another a tap means that with the most of score × nearness / size, the
 * server's own rule: people tap the middle of what they mean, and what is small is in front. A box
 * is an object's while they overlap by seven tenths (intersection over union): so the dot of what is searched
 * is left out, but comes back when the box is pulled elsewhere.
 */

import type { Part } from "../api/discovery";
import type { Box } from "../api/types";

const SAME = 0.7;
const MOST = 12;
const SURE = 0.3;
const NEAR = 0.25; // of a box's sides: how fast nearness falls
const APART = 0.04; // of the picture, between centres

/** "lamp, 92 %". */
export function partName(part: Pick<Part, "category" | "score">): string {
  const name = part.category || "object";
  return part.score === null ? name : `${name}, ${Math.round(part.score * 100)} %`;
}

export function holds(box: Box, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

/** Objects that get a dot: sure enough, not on top of one another, the best `MOST`. Best first goes in. */
export function gated<P extends Pick<Part, "box" | "score">>(parts: readonly P[]): P[] {
  const kept: P[] = [];
  for (const part of parts) {
    const free = kept.every((one) => distance(one.box, part.box) >= APART);
    if (free && (part.score === null || part.score >= SURE)) kept.push(part);
    if (kept.length === MOST) break;
  }
  return kept;
}

/** The object that a tap means. */
export function tapped<P extends Pick<Part, "box" | "score">>(
  parts: readonly P[],
  x: number,
  y: number,
): P | null {
  const hit = parts.filter((part) => holds(part.box, x, y));
  return hit.sort((a, b) => meaning(b, x, y) - meaning(a, x, y))[0] ?? null;
}

function meaning({ box, score }: Pick<Part, "box" | "score">, x: number, y: number): number {
  const across = (box.x + box.width / 2 - x) / box.width;
  const down = (box.y + box.height / 2 - y) / box.height;
  const near = Math.exp(-(across ** 2 + down ** 2) / (2 * NEAR ** 2));
  return ((score ?? 1) * near) / Math.sqrt(area(box));
}

export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (area(a) + area(b) - width * height);
}

export function sameBox(a: Box | null, b: Box | null): boolean {
  return a !== null && b !== null && overlap(a, b) >= SAME;
}

/** Where a box lies, for a style. */
export function placed(box: Box): { left: string; top: string; width: string; height: string } {
  return { left: per(box.x), top: per(box.y), width: per(box.width), height: per(box.height) };
}

export function per(share: number): string {
  return `${share * 100}%`;
}

function distance(a: Box, b: Box): number {
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = a.y + a.height / 2 - b.y - b.height / 2;
  return Math.hypot(dx, dy);
}

function area(box: Box): number {
  return box.width * box.height;
}
