/* "Why this result": a quiet button on a card, and what it tells.
 *
 * Decided: the browser's own popover, made only while it is open: a wall has hundreds of cards.
 */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Question } from "../ui/icons";
import type { Reason } from "./reasons";

interface Props {
  reason: Reason;
  name: string;
  tab: number;
}

const GAP = 8;

export function Why({ reason, name, tab }: Props): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const was = useRef(false); // a press beside the popover closes it before the click arrives
  return (
    <>
      <button
        ref={button}
        type="button"
        className={open ? "card-why open" : "card-why"}
        tabIndex={tab}
        title="Why this result"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onPointerDown={() => (was.current = open)}
        onClick={(event) => setOpen(!(event.detail === 0 ? open : was.current))}
      >
        <Question />
        <span className="unseen">Why {name}</span>
      </button>
      {open && <Told id={id} reason={reason} from={button.current} onClose={() => setOpen(false)} />}
    </>
  );
}

interface ToldProps {
  id: string;
  reason: Reason;
  from: HTMLElement | null;
  onClose: () => void;
}

function Told({ id, reason, from, onClose }: ToldProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const [panel, place] = [box.current, from?.getBoundingClientRect()];
    if (!panel || !place) return;
    panel.showPopover();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const left = Math.max(12, Math.min(place.left, innerWidth - width - 12));
    const below = place.bottom + GAP + height < innerHeight;
    panel.style.setProperty("--left", `${left}px`);
    panel.style.setProperty(
      "--top",
      `${Math.max(GAP, below ? place.bottom + GAP : place.top - GAP - height)}px`,
    );
    panel.focus({ preventScroll: true });
    const scrolled = (): void => panel.hidePopover();
    addEventListener("scroll", scrolled, { once: true, passive: true });
    return () => removeEventListener("scroll", scrolled);
  }, [from]);
  return (
    <div
      ref={box}
      id={id}
      popover="auto"
      className="told"
      role="dialog"
      aria-label="Why this result"
      tabIndex={-1}
      onToggle={(event) => event.newState === "closed" && onClose()}
      onKeyDown={(event) => event.key !== "Escape" && event.stopPropagation()}
    >
      <h2>Why this result</h2>
      {reason.sentence && <p>{reason.sentence}</p>}
      {reason.facts.length > 0 && (
        <dl>
          {reason.facts.map(([fact, value]) => (
            <div key={fact}>
              <dt>{fact}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
