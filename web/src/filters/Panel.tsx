/* A filter's button and the panel that it opens: beside the button, or at the bottom of a phone.
 *
 * Decided: the browser's own popover, which closes with Esc or a press elsewhere and gives the focus back.
 */

import { type ReactNode, useId, useRef, useState } from "react";
import { Down } from "../ui/icons";

interface Props {
  name: string;
  on: boolean;
  count: number;
  onClear: () => void;
  children: ReactNode;
}

const WIDTH = 320;

export function Panel({ name, on, count, onClear, children }: Props): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const place = (): void => {
    const from = button.current?.getBoundingClientRect();
    if (!from || !panel.current) return;
    const left = Math.max(12, Math.min(from.left, innerWidth - WIDTH - 12));
    panel.current.style.setProperty("--left", `${left}px`);
    panel.current.style.setProperty("--top", `${from.bottom + 8}px`);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={on ? "pill on" : "pill"}
        popoverTarget={id}
        aria-expanded={open}
        onClick={place}
      >
        {name}
        {count > 0 && <span className="pill-count">{count}</span>}
        <Down />
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="panel"
        role="group"
        aria-label={name}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        <header className="panel-head">
          <h2>{name}</h2>
          <button type="button" className="plain" onClick={onClear} disabled={!on}>
            Clear
          </button>
        </header>
        {open && children}
        <button type="button" className="button panel-done" popoverTarget={id} popoverTargetAction="hide">
          Done
        </button>
      </div>
    </>
  );
}
