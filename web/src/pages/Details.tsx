/* What is known of an item. Category and attributes lead to everything that shares them.
 *
 * Decided: only http addresses become links: an item's address is a stranger's text.
 */

import type { ReactNode } from "react";
import { useInfo } from "../api/info";
import type { ItemDetail } from "../api/types";
import { formatRoute, isAddress } from "../app/routes";
import { human } from "../search/filters";
import { day, price } from "../ui/format";
import { Link } from "../ui/Link";
import { Out } from "../ui/icons";

export function Details({ item }: { item: ItemDetail | null }): ReactNode {
  const fields = useInfo()?.fields ?? [];
  const texts = new Set(fields.filter((field) => field.kind === "text").map((field) => field.field));
  if (!item)
    return (
      <div className="details">
        <h1 key="title" tabIndex={-1} className="waiting-line">
          &nbsp;
        </h1>
      </div>
    );
  const facts = Object.entries(item.attributes).filter(([, value]) => value !== "");
  return (
    <div className="details">
      {item.category && (
        <p className="kicker">
          <Value field="category" value={item.category} linked={texts.has("category")} />
        </p>
      )}
      <h1 key="title" tabIndex={-1}>
        {item.title ?? item.category ?? "Untitled"}
      </h1>
      {item.price !== null && <p className="price">{price(item.price)}</p>}
      {item.description && <p className="description">{item.description}</p>}
      {item.url && isAddress(item.url) && (
        <a className="button out" href={item.url} target="_blank" rel="noopener noreferrer">
          Visit
          <Out />
          <span className="unseen">(opens a new tab)</span>
        </a>
      )}
      {facts.length > 0 && (
        <dl className="facts">
          {facts.map(([field, value]) => (
            <div key={field}>
              <dt>{human(field)}</dt>
              <dd>
                <Value field={field} value={value} linked={texts.has(field)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {item.created && <p className="quiet">Since {day(item.created)}</p>}
    </div>
  );
}

function Value({ field, value, linked }: { field: string; value: string; linked: boolean }): ReactNode {
  if (!linked) return value;
  const href = formatRoute({ view: "home", filters: { [field]: { kind: "any", values: [value] } } });
  return <Link href={href}>{value}</Link>;
}
