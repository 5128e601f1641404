/* What of a picture can be had: a group for each object, the exact product first, then what looks like it.
 *
 * Decided: a group that is pointed at, or holds the focus, lights its box in the picture beside it; its
 * heading searches that object alone.
 */

import type { ReactNode } from "react";
import type { ShopAnswer, ShopGroup } from "../api/discovery";
import type { Box } from "../api/types";
import type { Entry } from "../app/history";
import type { Subject } from "../app/routes";
import { Notes } from "../discover/Notes";
import { useAsk } from "../discover/useAsk";
import { partName } from "../dots/parts";
import { type Filters, wireFilter } from "../search/filters";
import { Announce } from "../ui/Announce";
import { Failed, State } from "../ui/State";
import { Cut, type Whole } from "./Cut";
import { Row } from "./Row";

interface Props {
  entry: Entry;
  subject: Subject;
  filters: Filters;
  whole: Whole | null;
  onLight: (box: Box | null) => void;
  onPick: (box: Box) => void;
}

const EACH = 12;

export function ShopPanel({ entry, subject, filters, whole, onLight, onPick }: Props): ReactNode {
  const filter = wireFilter(filters);
  const rest = { k: EACH, ...(filter ? { filter } : {}) };
  const { answer, loading, error, again } = useAsk<ShopAnswer>(entry.key, "shop", {
    path: "/v1/shop",
    subject,
    rest,
  });
  if (error !== null) return <Failed error={error} again={again} />;
  if (answer === null) return <Waiting rows={3} />;
  if (answer.groups.length === 0)
    return (
      <State title="Nothing to shop was found in this picture">
        <Notes notes={answer.notes} />
        <p>Drag over the part that you mean to search it.</p>
      </State>
    );
  return (
    <div className={loading ? "shop dimmed" : "shop"}>
      <Notes notes={answer.notes} />
      {answer.groups.map((group, index) => (
        <Group key={index} group={group} whole={whole} onLight={onLight} onPick={onPick} />
      ))}
      <Announce text={loading ? "" : `${answer.groups.length} objects with products`} />
    </div>
  );
}

type GroupProps = { group: ShopGroup } & Pick<Props, "whole" | "onLight" | "onPick">;

function Group({ group, whole, onLight, onPick }: GroupProps): ReactNode {
  const { part, exact, results, note } = group;
  const name = part.category || "object";
  const items = [...(exact ? [{ item: exact, exact: true }] : []), ...results.map((item) => ({ item }))];
  const light = (): void => onLight(part.box);
  const dark = (): void => onLight(null);
  return (
    <div
      className="shop-group"
      role="group"
      aria-label={name}
      onPointerEnter={light}
      onPointerLeave={dark}
      onFocus={light}
      onBlur={dark}
    >
      <h2>
        <button type="button" onClick={() => onPick(part.box)} title="Search this object alone">
          {whole && <Cut whole={whole} box={part.box} />}
          <span className="shop-name">
            <span>{name}</span>
            <span className="quiet">
              {note || (exact ? "found, and what is like it" : `${results.length} like it`)}
            </span>
          </span>
          <span className="unseen">: search this {partName(part)} alone</span>
        </button>
      </h2>
      {items.length > 0 ? (
        <Row label={`Products for ${name}`} items={items} />
      ) : (
        <p className="quiet">Nothing like it was found.</p>
      )}
    </div>
  );
}

export function Waiting({ rows }: { rows: number }): ReactNode {
  return (
    <div className="shop" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="shop-group waiting-row">
          <span className="waiting-line" />
          <span className="waiting-picture" />
        </div>
      ))}
    </div>
  );
}
