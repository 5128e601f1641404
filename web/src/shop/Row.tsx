/* Cards in a row that scrolls sideways, with buttons for whoever has no finger to push it.
 *
 * Decided: every card is an ordinary link in the tab order, since a row is short; the row itself takes no
 * focus. Buttons show only while there is something on their side.
 */

import { type ReactNode, useCallback, useLayoutEffect, useRef, useState } from "react";
import { itemPath } from "../app/routes";
import { reasonOf, type Shown } from "../grid/reasons";
import { Thumb, tint } from "../grid/Thumb";
import { Why } from "../grid/Why";
import { price } from "../ui/format";
import { Back } from "../ui/icons";
import { Link } from "../ui/Link";

export interface RowItem {
  item: Shown;
  exact?: boolean;
  note?: string;
}

export function Row({ label, items }: { label: string; items: RowItem[] }): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  const [sides, setSides] = useState({ left: false, right: false });
  const measure = useCallback(() => {
    const row = list.current;
    if (!row) return;
    const left = row.scrollLeft > 4;
    const right = row.scrollLeft + row.clientWidth < row.scrollWidth - 4;
    setSides((old) => (old.left === left && old.right === right ? old : { left, right }));
  }, []);
  useLayoutEffect(() => {
    measure();
    const watcher = new ResizeObserver(measure);
    if (list.current) watcher.observe(list.current);
    return () => watcher.disconnect();
  }, [measure, items.length]);
  const push = (by: number): void => {
    const row = list.current;
    row?.scrollBy({ left: by * row.clientWidth * 0.8, behavior: "smooth" });
  };
  return (
    <div className="row">
      <ul ref={list} role="list" aria-label={label} onScroll={measure}>
        {items.map((one, index) => (
          <li key={one.item.item_id ?? index}>
            <Small {...one} />
          </li>
        ))}
      </ul>
      {sides.left && (
        <button
          type="button"
          className="row-key before"
          aria-label={`${label}: back`}
          onClick={() => push(-1)}
        >
          <Back />
        </button>
      )}
      {sides.right && (
        <button
          type="button"
          className="row-key after"
          aria-label={`${label}: further`}
          onClick={() => push(1)}
        >
          <Back />
        </button>
      )}
    </div>
  );
}

function Small({ item, exact = false, note }: RowItem): ReactNode {
  const name = item.title ?? item.category ?? "Untitled";
  const { picture } = item;
  const reason = reasonOf(item);
  const inside = picture ? (
    <Thumb picture={picture} alt={name} shown={190} />
  ) : (
    <span className="no-picture">No picture</span>
  );
  const style = picture ? { background: tint(picture.image_id) } : {};
  return (
    <article
      className={exact ? "small-card exact" : "small-card"}
      aria-label={exact ? `${name}, exact` : name}
    >
      {item.item_id === null ? (
        <span className="card-picture" style={style}>
          {inside}
        </span>
      ) : (
        <Link href={itemPath(item.item_id)} className="card-picture" style={style}>
          {inside}
        </Link>
      )}
      {exact && <span className="exact-badge">Exact</span>}
      {reason && <Why reason={reason} name={name} tab={0} />}
      <p className="card-title" aria-hidden="true">
        {name}
      </p>
      <p className="card-more">
        {item.price !== null && <span className="card-price">{price(item.price)}</span>}
        {note ? <span>{note}</span> : item.category && item.title && <span>{item.category}</span>}
      </p>
    </article>
  );
}
