/* How the server does, as the page sees it: fine, slow, busy, or away.
 *
 * Decided: every request that has trouble registers it and takes it back; the worst of what is registered is
 * shown. `retryNow` ends every wait at once. When the last trouble goes, `restored` counts up, so that
 * pictures that failed are asked for again.
 */

export type Trouble = "slow" | "fault" | "busy" | "down";

export interface Status {
  trouble: Trouble | null;
  restored: number;
}

const WORST: Trouble[] = ["down", "busy", "fault", "slow"];
const open = new Map<symbol, Trouble>();
const listeners = new Set<() => void>();
const waiting = new Set<() => void>();
let status: Status = { trouble: null, restored: 0 };

export function current(): Status {
  return status;
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Register trouble; the function returned takes it back. */
export function report(trouble: Trouble): () => void {
  const token = Symbol(trouble);
  open.set(token, trouble);
  publish();
  return () => {
    if (open.delete(token)) publish();
  };
}

export function retryNow(): void {
  for (const wake of [...waiting]) wake();
}

/** Wait, until the time is over, somebody says `retryNow`, or nobody wants it any more. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    waiting.add(done);
    signal.addEventListener("abort", stop);
    function clear(): void {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener("abort", stop);
    }
    function done(): void {
      clear();
      resolve();
    }
    function stop(): void {
      clear();
      reject(signal.reason);
    }
  });
}

function publish(): void {
  const found = new Set(open.values());
  const trouble = WORST.find((one) => found.has(one)) ?? null;
  if (trouble === status.trouble) return;
  const back = trouble === null && status.trouble !== "slow";
  status = { trouble, restored: status.restored + Number(back) };
  for (const listener of listeners) listener();
}
