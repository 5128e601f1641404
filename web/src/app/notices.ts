/* Short lines for the visitor that go by themselves: "this file is no picture". */

import { useSyncExternalStore } from "react";

export interface Notice {
  id: number;
  text: string;
}

const STAYS = 9000;
const listeners = new Set<() => void>();
let notices: Notice[] = [];
let last = 0;

export function say(text: string): void {
  const id = ++last;
  publish([...notices.filter((one) => one.text !== text), { id, text }].slice(-3));
  setTimeout(() => dismiss(id), STAYS);
}

export function dismiss(id: number): void {
  publish(notices.filter((one) => one.id !== id));
}

function publish(next: Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

export function useNotices(): Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}
