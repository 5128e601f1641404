/* "Goes well with it": things of other kinds that are seen together with an item, a row for each category.
 *
 * Decided: two categories at once, more on demand, so that what looks alike stays in reach below. It is
 * left out without a word where the server has nothing to say, since it is an extra; an error is one line.
 */

import { type ReactNode, useState } from "react";
import { type CompleteAnswer, useThere } from "../api/discovery";
import type { Entry } from "../app/history";
import { useAsk } from "../discover/useAsk";
import { human } from "../search/filters";
import { Row } from "./Row";
import { Waiting } from "./ShopPanel";

const FIRST = 2;

export function Goes({ entry, id }: { entry: Entry; id: string }): ReactNode {
  const able = useThere()?.complete === true;
  const [all, setAll] = useState(false);
  const question = {
    path: "/v1/complete",
    subject: { kind: "item" as const, id },
    rest: { k: 12, categories: 6 },
  };
  const { answer, error, again } = useAsk<CompleteAnswer>(entry.key, "complete", able ? question : null);
  const groups = answer?.groups.filter((group) => group.results.length > 0) ?? [];
  if (!able || (answer !== null && groups.length === 0)) return null;
  return (
    <section className="goes" aria-labelledby="goes">
      <h2 id="goes">Goes well with it</h2>
      {error !== null ? (
        <p className="quiet">
          This could not be found out just now.{" "}
          <button type="button" className="plain" onClick={again}>
            Try again
          </button>
        </p>
      ) : answer === null ? (
        <Waiting rows={FIRST} />
      ) : (
        groups.slice(0, all ? groups.length : FIRST).map((group) => (
          <div key={group.category} className="goes-group">
            <h3>{human(group.category)}</h3>
            <Row
              label={human(group.category)}
              items={group.results.map((item) => ({ item, ...seen(item.together) }))}
            />
          </div>
        ))
      )}
      {groups.length > FIRST && !all && (
        <button type="button" className="pill" onClick={() => setAll(true)}>
          {groups.length - FIRST} more {groups.length - FIRST === 1 ? "kind" : "kinds"}
        </button>
      )}
    </section>
  );
}

function seen(together = 0): { note?: string } {
  return together > 0 ? { note: together === 1 ? "1 look" : `${together} looks` } : {};
}
