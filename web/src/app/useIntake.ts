/* Pictures that are pasted or dropped anywhere on the page.
 *
 * Decided: a picture that is pasted wins even while the search box has the focus; an address that is pasted
 * into a field stays text. Returns whether something is being dragged over the page.
 */

import { useEffect, useState } from "react";
import { openBrought } from "../picture/open";
import { brought, carries } from "../picture/intake";

export function useIntake(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const pasted = (event: ClipboardEvent): void => {
      const found = event.clipboardData && brought(event.clipboardData);
      if (!found || ("url" in found && inField(event.target))) return;
      event.preventDefault();
      void openBrought(found);
    };
    const entered = (event: DragEvent): void => {
      if (!event.dataTransfer || !carries(event.dataTransfer)) return;
      depth++;
      setOver(true);
    };
    const left = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const above = (event: DragEvent): void => {
      if (event.dataTransfer && carries(event.dataTransfer)) event.preventDefault();
    };
    const dropped = (event: DragEvent): void => {
      depth = 0;
      setOver(false);
      if (!event.dataTransfer || !carries(event.dataTransfer)) return;
      event.preventDefault();
      void openBrought(brought(event.dataTransfer));
    };
    const all = { paste: pasted, dragenter: entered, dragleave: left, dragover: above, drop: dropped };
    for (const [name, listener] of Object.entries(all)) addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(all))
        removeEventListener(name, listener as EventListener);
    };
  }, []);
  return over;
}

function inField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea") !== null;
}
