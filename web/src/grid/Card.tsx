/* One item in a masonry: picture, title, category, price, and "more like this". */

import { memo, type ReactNode } from "react";
import type { CardItem } from "../api/types";
import { navigate } from "../app/history";
import { itemPath, similarPath } from "../app/routes";
import { Link } from "../ui/Link";
import { Similar } from "../ui/icons";
import { price } from "../ui/format";
import { Thumb, tint } from "./Thumb";

interface Props {
  item: CardItem;
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
