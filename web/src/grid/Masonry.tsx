/* The wall of cards.
 *
 * Decided: only cards near the window are in the document, in the order of the results, each with its place in
 * the whole (`aria-posinset`). One card is in the tab order; arrows go to its neighbours. When results change,
 * cards that stay glide to their new places.
 */

import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { navigate } from "../app/history";
import { useMemory } from "../app/memory";
import { similarPath } from "../app/routes";
import { enabled } from "../app/shortcuts";
import { Card } from "./Card";
import { columnsOf, layout, ratioOf, within } from "./masonry";
import type { Shown } from "./reasons";
import { stepped } from "./steps";
import { useShown, useWidth } from "./useWindow";

interface Props {
  entry: string;
  name: string;
  label: string;
  items: Shown[];
  pending: number;
  dimmed: boolean;
  returning: boolean;
  onEnd: () => void;
}

const WAITING = [1, 1.35, 0.8, 1.2, 1, 1.5, 0.9, 1.1];

export function Masonry({ entry, name, label, items, pending, dimmed, returning, onEnd }: Props): ReactNode {
  const box = useRef<HTMLUListElement>(null);
  const width = useWidth(box, name);
  const shown = useShown(box);
  const [active, setActive] = useMemory(entry, `${name} active`, 0);
  const focus = useRef(returning && active > 0);

  const narrow = innerWidth < 600;
  const [gap, below] = [narrow ? 10 : 18, 3.3 * rootSize()];
  const columns = columnsOf(width, gap, narrow ? 160 : 228);
  const { places, height } = useMemo(() => {
    const ratios = items.map((item) => ratioOf(item.picture?.width, item.picture?.height));
    const waiting = Array.from({ length: pending }, (_, index) => WAITING[index % WAITING.length]!);
    return layout([...ratios, ...waiting], columns, gap, below);
  }, [items, pending, columns.count, columns.width, gap, below]);

  useEffect(() => {
    if (width > 0 && items.length > 0 && height < shown.to) onEnd();
  });
  useEffect(() => {
    if (!focus.current || items.length === 0) return;
    focus.current = false;
    opener(box.current, active)?.focus({ preventScroll: true });
  });

  const here = Math.min(active, Math.max(0, items.length - 1));
  const visible = width === 0 ? [] : within(places, shown.from, shown.to);
  if (here < items.length && !visible.includes(here)) visible.push(here);

  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = items[here]?.item_id;
    if (event.key === "s" && enabled() && id) {
      event.preventDefault();
      navigate(similarPath(id));
      return;
    }
    const next = stepped(places.slice(0, items.length), here, event.key);
    if (next === null) return;
    event.preventDefault();
    setActive(next);
    focus.current = true;
    scrollToPlace(box.current, places[next]!.top, places[next]!.height);
  };

  return (
    <ul
      ref={box}
      role="list"
      className={dimmed ? "masonry dimmed" : "masonry"}
      style={{ height: width === 0 ? innerHeight : height }}
      aria-label={label}
      aria-busy={pending > 0}
      onKeyDown={pressed}
      onFocus={(event) => {
        const index = Number(event.target.closest("li")?.dataset["index"]);
        if (Number.isInteger(index) && index !== active) setActive(index);
      }}
    >
      {visible
        .sort((a, b) => a - b)
        .map((index) => {
          const place = places[index]!;
          const item = items[index];
          const style = {
            width: place.width,
            height: place.height,
            transform: `translate(${place.left}px, ${place.top}px)`,
          };
          if (!item)
            return (
              <li key={`waiting ${index}`} className="waiting" style={style} aria-hidden="true">
                <span />
              </li>
            );
          return (
            <li
              key={item.item_id ?? item.picture?.image_id ?? index}
              data-index={index}
              style={style}
              aria-posinset={index + 1}
              aria-setsize={items.length}
            >
              <Card
                item={item}
                width={place.width}
                height={place.height - below}
                active={index === here}
                eager={index < 8}
              />
            </li>
          );
        })}
    </ul>
  );
}

function opener(box: HTMLElement | null, index: number): HTMLElement | null {
  return box?.querySelector<HTMLElement>(`li[data-index="${index}"] [data-open]`) ?? null;
}

function rootSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** Bring a place into the window before its card exists. */
function scrollToPlace(box: HTMLElement | null, top: number, height: number): void {
  const from = (box?.getBoundingClientRect().top ?? 0) + top;
  const head = 96;
  if (from < head) scrollBy({ top: from - head });
  else if (from + height > innerHeight - 16)
    scrollBy({ top: Math.min(from - head, from + height - innerHeight + 16) });
}
