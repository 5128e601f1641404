/* How long to wait before trying again, and whether to.
 *
 * Decided: an unreachable or busy server is asked for as long as somebody waits for the answer; a fault of
 * the server (5xx) twice more; what the server refuses, never.
 */

import { Refused, Unreachable } from "./client";

export type Verdict = { kind: "down" | "busy" | "fault"; wait: number } | null;

const FIRST = 1000;
const LONGEST = 15_000;
const BUSY = new Set([408, 409, 429]);
const FAULTS = 2;

export function delay(attempt: number, chance = Math.random()): number {
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (0.8 + 0.4 * chance);
}

/** What to do after `attempt` (0 is the first) failed with `error`; null: give up. */
export function verdict(error: unknown, attempt: number, chance = Math.random()): Verdict {
  if (error instanceof Unreachable) return { kind: "down", wait: delay(attempt, chance) };
  if (!(error instanceof Refused)) return null;
  if (BUSY.has(error.status)) {
    const told = error.retryAfter === null ? 0 : Math.min(error.retryAfter * 1000, 60_000);
    return { kind: "busy", wait: Math.max(told, delay(attempt, chance)) };
  }
  if (error.status >= 500 && attempt < FAULTS) return { kind: "fault", wait: delay(attempt, chance) };
  return null;
}
