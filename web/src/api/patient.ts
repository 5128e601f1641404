/* A request that waits for a server that is slow, busy or away, and goes on by itself when it is back.
 *
 * Decided: the trouble is told to `status`, so that one calm line on the page speaks for all requests; who
 * asked just waits, or aborts.
 */

import { verdict, type Verdict } from "./backoff";
import { type Asked, ask } from "./client";
import { pause, report, type Trouble } from "./status";

const SLOW = 2000;

export async function patiently<T>(path: string, asked: Asked): Promise<T> {
  let settle: (() => void) | null = null;
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once<T>(path, asked, settle === null);
      } catch (error) {
        const found: Verdict = asked.signal.aborted ? null : verdict(error, attempt);
        if (found === null) throw error;
        settle = exchanged(settle, found.kind);
        await pause(found.wait, asked.signal);
      }
    }
  } finally {
    settle?.();
  }
}

async function once<T>(path: string, asked: Asked, watch: boolean): Promise<T> {
  let done: (() => void) | null = null;
  const timer = watch ? setTimeout(() => (done = report("slow")), SLOW) : undefined;
  try {
    return await ask<T>(path, asked);
  } finally {
    clearTimeout(timer);
    (done as (() => void) | null)?.();
  }
}

function exchanged(settle: (() => void) | null, trouble: Trouble): () => void {
  const next = report(trouble);
  settle?.();
  return next;
}
