/* One item in a masonry: picture, title, category, price, "more like this", where it came from and why. */

import { memo, type ReactNode } from "react";
import { navigate } from "../app/history";
import { itemPath, similarPath } from "../app/routes";
import { Link } from "../ui/Link";
import { Similar } from "../ui/icons";
import { price } from "../ui/format";
import { badges, reasonOf, type Shown } from "./reasons";
import { Thumb, tint } from "./Thumb";
import { Why } from "./Why";

interface Props {
  item: Shown;
  height: number;
  width: number;
  active: boolean;
  eager: boolean;
}

export const Card = memo(function Card({ item, width, height, active, eager }: Props): ReactNode {
  const { picture } = item;
  const name = item.title ?? item.category ?? "Untitled";
  const inside = picture ? (
    <Thumb picture={picture} alt={name} shown={Math.max(width, height)} eager={eager} />
  ) : (
    <span className="no-picture">No picture</span>
  );
  const style = { height, ...(picture && { background: tint(picture.image_id) }) };
  const tab = active ? 0 : -1;
  if (item.item_id === null)
    return (
      <div className="card-picture" style={style}>
        {inside}
      </div>
    );
  const id = item.item_id;
  const reason = reasonOf(item);
  const from = badges(item.shares);
  return (
    <article className="card" aria-label={name}>
      <Link href={itemPath(id)} className="card-picture" style={style} tabIndex={tab} data-open>
        {inside}
      </Link>
      <button
        type="button"
        className="card-similar"
        tabIndex={tab}
        onClick={() => navigate(similarPath(id))}
        title="More like this (S)"
      >
        <Similar />
        <span className="unseen">More like {name}</span>
      </button>
      {(from.length > 0 || Boolean(item.folded)) && (
        <p className="card-badges" style={{ top: height }}>
          {from.map((source) => (
            <span key={source}>{source}</span>
          ))}
          {item.folded ? <span title="near-duplicates, not shown">+{item.folded} alike</span> : null}
        </p>
      )}
      {reason && <Why reason={reason} name={name} tab={tab} />}
      <p className="card-title" aria-hidden="true">
        {name}
      </p>
      <p className="card-more">
        {item.price !== null && <span className="card-price">{price(item.price)}</span>}
        {item.category && item.title && <span>{item.category}</span>}
      </p>
    </article>
  );
});
