/* Keys that work everywhere: `/`, `?`, `u`, `c`, Esc.
 *
 * Decided: single keys act only outside fields and dialogs, and can be switched off (some people dictate, and
 * words are keys to the browser then). `s` belongs to the card that has the focus, not here.
 */

import { useEffect, useSyncExternalStore } from "react";

const STORED = "saccade.shortcuts";
const listeners = new Set<() => void>();

export function enabled(): boolean {
  return read() !== "off";
}

export function setEnabled(on: boolean): void {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // private windows may keep nothing
  }
  for (const listener of listeners) listener();
}

export function useEnabled(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, enabled);
}

export type Actions = Record<string, () => void>;

export function useShortcuts(actions: Actions): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = actions[event.key];
      if (!action || busy(event.target) || (event.key.length === 1 && !enabled())) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [actions]);
}

/** Whether keys belong to a field, a dialog or an open panel. */
function busy(target: EventTarget | null): boolean {
  const field =
    target instanceof Element &&
    target.closest("input:not([type=range]), textarea, select, [contenteditable]");
  return Boolean(field || document.querySelector("dialog[open], [popover]:popover-open"));
}

function read(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
