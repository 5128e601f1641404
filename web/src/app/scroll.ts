/* Scroll and focus when the visitor arrives at an entry.
 *
 * Decided: a new page starts at its top with the focus on its heading; going back returns to where they were,
 * as soon as the page is long enough.
 */

import { useLayoutEffect, useRef } from "react";
import type { Entry } from "./history";

const PATIENCE = 90; // frames

export function useArrival(entry: Entry, ready: boolean): void {
  const done = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (entry.how === "push" && done.current !== entry.key) {
      done.current = entry.key;
      scrollTo(0, 0);
      document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    }
  }, [entry.key, entry.how]);
  useLayoutEffect(() => {
    if (entry.how === "push" || !ready || done.current === entry.key) return;
    done.current = entry.key;
    return restore(entry.scroll);
  }, [entry.key, entry.how, entry.scroll, ready]);
}

function restore(to: number): () => void {
  let left = PATIENCE;
  let frame = 0;
  const attempt = (): void => {
    scrollTo(0, to);
    if (Math.abs(scrollY - to) > 2 && left-- > 0) frame = requestAnimationFrame(attempt);
  };
  attempt();
  const stop = (): void => cancelAnimationFrame(frame);
  addEventListener("wheel", stop, { once: true, passive: true });
  addEventListener("touchstart", stop, { once: true, passive: true });
  return stop;
}
