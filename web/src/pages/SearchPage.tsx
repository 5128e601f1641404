/* A search: what was asked on one side, what was found on the other. */

import { type ReactNode, useCallback } from "react";
import { useInfo } from "../api/info";
import type { Box } from "../api/types";
import { type Entry, navigate } from "../app/history";
import { formatRoute, type Route, type Subject } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { FilterBar } from "../filters/FilterBar";
import { useCrop } from "../picture/useCrop";
import type { Filters } from "../search/filters";
import { useSearch } from "../search/useSearch";
import { QueryPanel } from "./QueryPanel";
import { Results } from "./Results";

interface Props {
  entry: Entry;
  route: Extract<Route, { view: "search" }>;
}

export function SearchPage({ entry, route }: Props): ReactNode {
  const { subject, box, filters } = route;
  const most = useInfo()?.limits.k ?? 200;
  const found = useSearch(entry.key, { subject, box, filters }, most);
  const settle = useCallback(
    (next: Box | null) => navigate(formatRoute({ ...route, box: next }), { replace: true }),
    [route],
  );
  const crop = useCrop(box, found.preview, settle);
  const change = (next: Filters): void =>
    navigate(formatRoute({ ...route, filters: next }), { replace: true });
  const title = titleOf(subject);
  const filtered = Object.keys(filters).length > 0;
  useTitle(title);
  useArrival(entry, (found.answer?.results.length ?? 0) > 0);

  return (
    <div className={subject.kind === "text" ? "search-page words" : "search-page"}>
      {subject.kind === "text" ? (
        <h1 className="asked" tabIndex={-1}>
          {subject.text}
        </h1>
      ) : (
        <QueryPanel subject={subject} crop={crop} title={title} />
      )}
      <div className="found">
        <FilterBar filters={filters} onChange={change} />
        <Results
          entry={entry}
          name="search"
          label={title}
          found={found}
          empty={<Empty filtered={filtered} subject={subject} clear={() => change({})} />}
        />
      </div>
    </div>
  );
}

function Empty({
  filtered,
  subject,
  clear,
}: {
  filtered: boolean;
  subject: Subject;
  clear: () => void;
}): ReactNode {
  if (filtered) {
    return (
      <button type="button" className="button" onClick={clear}>
        Search without filters
      </button>
    );
  }
  return (
    <p>
      {subject.kind === "text"
        ? "Try other or fewer words, or show a picture."
        : "The catalogue has nothing like it."}
    </p>
  );
}

function titleOf(subject: Subject): string {
  if (subject.kind === "text") return subject.text;
  return subject.kind === "item" ? "More like this" : "Like your picture";
}
