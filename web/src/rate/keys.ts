/* Keys of the rating screen.
 *
 * Decided: they are heard before the page's own, since `u` means upload elsewhere and undo here; fields,
 * dialogs and open menus keep theirs, and single characters are off where somebody switched them off.
 */

import { useEffect } from "react";
import { enabled } from "../app/shortcuts";

export function useKeys(actions: Record<string, () => void>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.key.length === 1 && !enabled()) || taken(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      action();
    };
    addEventListener("keydown", pressed, { capture: true });
    return () => removeEventListener("keydown", pressed, { capture: true });
  }, [actions]);
}

function taken(target: EventTarget | null): boolean {
  const field = target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  return Boolean(field || document.querySelector("dialog[open], [popover]:popover-open"));
}
