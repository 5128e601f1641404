/* The catalogue as a wall to wander along. */

import type { ReactNode } from "react";
import { useInfo } from "../api/info";
import { type Entry, navigate } from "../app/history";
import { formatRoute, type Route } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { FilterBar } from "../filters/FilterBar";
import { Masonry } from "../grid/Masonry";
import type { Filters } from "../search/filters";
import { useCatalogue } from "../search/useCatalogue";
import { Announce } from "../ui/Announce";
import { count } from "../ui/format";
import { Shuffle } from "../ui/icons";
import { Failed, State } from "../ui/State";

interface Props {
  entry: Entry;
  route: Extract<Route, { view: "home" }>;
}

export function HomePage({ entry, route }: Props): ReactNode {
  const { filters } = route;
  const info = useInfo();
  const found = useCatalogue(entry.key, filters);
  const filtered = Object.keys(filters).length > 0;
  const nothing = !found.loading && !found.error && found.items.length === 0;
  useTitle("");
  useArrival(entry, found.items.length > 0);
  const change = (next: Filters): void =>
    navigate(formatRoute({ view: "home", filters: next }), { replace: true });

  return (
    <>
      <div className="intro">
        <h1 tabIndex={-1}>Find it by how it looks</h1>
        <p>{info ? `${count(info.items)} things. ` : ""}Show a picture, or follow one that you like.</p>
      </div>
      <FilterBar filters={filters} onChange={change}>
        <button type="button" className="pill" onClick={found.shuffle} title="Another selection">
          <Shuffle />
          Shuffle
        </button>
      </FilterBar>
      {nothing && filtered && (
        <State title="Nothing fits these filters">
          <button type="button" className="button" onClick={() => change({})}>
            Clear the filters
          </button>
        </State>
      )}
      {nothing && !filtered && (
        <State title="This catalogue is empty">
          <p>
            Fill it with <code>saccade ingest</code>, then this page shows it.
          </p>
        </State>
      )}
      {found.error !== null && <Failed error={found.error} again={found.again} />}
      {!nothing && (
        <Masonry
          entry={entry.key}
          name="home"
          label="The catalogue"
          items={found.items}
          pending={found.loading ? (found.items.length ? 8 : 24) : 0}
          dimmed={false}
          returning={entry.how === "pop"}
          onEnd={found.more}
        />
      )}
      <Announce text={found.loading ? "" : `${found.items.length} items shown`} />
    </>
  );
}
