/* A search: what was asked on one side, what was found on the other. */

import { type ReactNode, useCallback, useState } from "react";
import { type Part, useThere } from "../api/discovery";
import { useInfo } from "../api/info";
import type { Box } from "../api/types";
import { type Entry, navigate } from "../app/history";
import { formatRoute, type Route, type Subject } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { NarrowBar } from "../chips/NarrowBar";
import { isNarrow, type Look, PLAIN, unnarrowed, withColour } from "../discover/look";
import { Notes } from "../discover/Notes";
import { Scenes } from "../discover/Scenes";
import { Tabs } from "../discover/Tabs";
import { useDiscovery } from "../discover/useDiscovery";
import { usePicture } from "../discover/usePicture";
import { sameBox } from "../dots/parts";
import { FilterBar } from "../filters/FilterBar";
import { Understanding } from "../lens/Understanding";
import { useCrop } from "../picture/useCrop";
import { toggled } from "../search/filters";
import { useSearch } from "../search/useSearch";
import { Check } from "../ui/icons";
import { ShopPanel } from "../shop/ShopPanel";
import { QueryPanel } from "./QueryPanel";
import { Results } from "./Results";

interface Props {
  entry: Entry;
  route: Extract<Route, { view: "search" }>;
}

export function SearchPage({ entry, route }: Props): ReactNode {
  const { subject, box, filters, show, look = PLAIN } = route;
  const most = useInfo()?.limits.k ?? 200;
  const asked = { subject, box, filters, look: route.look };
  const found = useSearch(entry.key, asked, most, show === undefined);
  const picture = usePicture(subject);
  const known = useDiscovery(entry.key, asked, found.answer, picture?.objects ?? []);
  const colours = useThere()?.colours === true;
  const [lit, setLit] = useState<Box | null>(null);
  const replace = useCallback(
    (next: Partial<Props["route"]>) => navigate(formatRoute({ ...route, ...next }), { replace: true }),
    [route],
  );
  const alike = useCallback(
    (next: Box | null): void => {
      const { show: left, ...rest } = route;
      const kept = left === "scenes" ? { show: left } : {}; // scenes follow the box; the shop has its own
      navigate(formatRoute({ ...rest, ...kept, box: next }), { replace: true });
    },
    [route],
  );
  const crop = useCrop(box, show === undefined ? found.preview : ignore, alike);
  const relook = (next: Look): void => replace({ look: next });
  const title = titleOf(subject);
  const filtered = Object.keys(filters).length > 0;
  const lens = found.answer?.understanding !== undefined;
  const kind = useKind(known.parts, box);
  const ofKind = filters["category"]?.kind === "any" && filters["category"].values.includes(kind ?? "");
  useTitle(title);
  useArrival(entry, show !== undefined || (found.answer?.results.length ?? 0) > 0);

  return (
    <div className={subject.kind === "text" ? "search-page words" : "search-page"}>
      {subject.kind === "text" ? (
        <h1 className="asked" tabIndex={-1}>
          {subject.text}
        </h1>
      ) : (
        <QueryPanel
          subject={subject}
          picture={picture}
          parts={known.parts}
          lit={lit}
          crop={crop}
          title={title}
        >
          {known.known && show === undefined && (
            <Understanding
              known={known.known}
              notes={lens ? known.notes : []}
              taken={look.colour}
              onColour={colours ? (name) => relook(withColour(look, name)) : null}
            />
          )}
        </QueryPanel>
      )}
      <div className="found">
        {subject.kind !== "text" && <Tabs route={route} objects={known.parts.length} />}
        <FilterBar filters={filters} onChange={(next) => replace({ filters: next })} />
        {known.able && show === undefined && (
          <NarrowBar
            look={look}
            chips={known.chips}
            palette={known.palette}
            coverage={known.coverage}
            waiting={found.loading}
            onChange={relook}
          >
            {kind && (
              <button
                type="button"
                className={ofKind ? "chip on" : "chip"}
                aria-pressed={ofKind}
                onClick={() => replace({ filters: toggled(filters, "category", kind) })}
              >
                {ofKind && <Check />}
                Only {kind}
              </button>
            )}
          </NarrowBar>
        )}
        {show === undefined && (
          <>
            <Notes notes={lens ? [] : known.notes} />
            <Results
              entry={entry}
              name="search"
              label={title}
              found={found}
              empty={
                <Empty
                  filtered={filtered}
                  narrowed={isNarrow(look)}
                  subject={subject}
                  clear={() => replace({ filters: {}, look: unnarrowed(look) })}
                />
              }
            />
          </>
        )}
        {show === "shop" && (
          <ShopPanel
            entry={entry}
            subject={subject}
            filters={filters}
            whole={picture}
            onLight={setLit}
            onPick={alike}
          />
        )}
        {show === "scenes" && (
          <Scenes
            entry={entry}
            subject={subject}
            box={box}
            filters={filters}
            category={picture?.category ?? null}
          />
        )}
      </div>
    </div>
  );
}

function ignore(): void {}

/** The category of the object that is searched, where items have such a one. */
function useKind(parts: readonly Part[], box: Box | null): string | null {
  const values = useInfo()?.fields.find((field) => field.field === "category")?.values ?? [];
  const name = parts.find((part) => sameBox(part.box, box))?.category;
  return name && values.some((one) => one.value === name) ? name : null;
}

interface EmptyProps {
  filtered: boolean;
  narrowed: boolean;
  subject: Subject;
  clear: () => void;
}

export function Empty({ filtered, narrowed, subject, clear }: EmptyProps): ReactNode {
  if (filtered || narrowed) {
    return (
      <button type="button" className="button" onClick={clear}>
        {narrowed ? "Search without narrowing" : "Search without filters"}
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
  if (subject.kind === "image") return "In this picture";
  return subject.kind === "item" ? "More like this" : "Like your picture";
}
