/* The results of a search as a wall, or what stands in their place. Shared by the search and the item page. */

import type { ReactNode } from "react";
import { Masonry } from "../grid/Masonry";
import type { Found } from "../search/useSearch";
import { Announce } from "../ui/Announce";
import { Failed, State } from "../ui/State";
import type { Entry } from "../app/history";

interface Props {
  entry: Entry;
  name: string;
  label: string;
  found: Found;
  empty: ReactNode;
}

export function Results({ entry, name, label, found, empty }: Props): ReactNode {
  const items = found.answer?.results ?? [];
  if (found.error !== null) return <Failed error={found.error} again={found.again} />;
  const nothing = found.answer !== null && items.length === 0 && !found.loading;
  const first = found.answer === null && found.loading;
  return (
    <>
      {nothing ? (
        <State title="Nothing was found">{empty}</State>
      ) : (
        <Masonry
          entry={entry.key}
          name={name}
          label={label}
          items={items}
          pending={first ? 18 : found.growing ? 6 : 0}
          dimmed={found.loading && !first && !found.growing}
          returning={entry.how === "pop"}
          onEnd={found.more}
        />
      )}
      <Announce text={found.loading ? "" : `${items.length} results`} />
    </>
  );
}
