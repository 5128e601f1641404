/* One item: its pictures large, what is known of it, and what looks like it.
 *
 * Decided: the picture is searched in where it stands: a box drawn on it, or a dot pressed, changes the wall
 * below. The first picture is named by its item, a further one by its own id. What goes well with the item
 * stands above what looks like it, since that wall has no end.
 */

import { type ReactNode, useCallback } from "react";
import { useThere } from "../api/discovery";
import { useInfo } from "../api/info";
import type { Box, ItemDetail } from "../api/types";
import { type Entry, navigate } from "../app/history";
import { formatRoute, type Route, type Show, similarPath, type Subject } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { NarrowBar } from "../chips/NarrowBar";
import { isNarrow, PLAIN, unnarrowed } from "../discover/look";
import { Notes } from "../discover/Notes";
import { useDiscovery } from "../discover/useDiscovery";
import { useDots } from "../dots/useDots";
import { isWhole } from "../picture/crop";
import { useCrop } from "../picture/useCrop";
import { useItem } from "../search/useItem";
import { useSearch } from "../search/useSearch";
import { Goes } from "../shop/Goes";
import { Link } from "../ui/Link";
import { Failed } from "../ui/State";
import { Details } from "./Details";
import { Pictures } from "./Pictures";
import { Results } from "./Results";
import { Empty } from "./SearchPage";

interface Props {
  entry: Entry;
  route: Extract<Route, { view: "item" }>;
}

export function ItemPage({ entry, route }: Props): ReactNode {
  const { item, error, again } = useItem(route.id);
  const most = useInfo()?.limits.k ?? 200;
  const { look = PLAIN } = route;
  const asked = { subject: subjectOf(route, item), box: route.box, filters: {}, look: route.look };
  const found = useSearch(entry.key, asked, most);
  const there = useThere();
  const known = useDiscovery(entry.key, asked, found.answer, null);
  const picture = item?.pictures[route.picture] ?? item?.pictures[0];
  const dots = useDots({ kind: "image", id: picture?.image_id ?? "" }, picture !== undefined);
  const parts = dots?.parts.length ? dots.parts : (picture?.objects ?? []);
  const settle = useCallback(
    (box: Box | null) => navigate(formatRoute({ ...route, box }), { replace: true }),
    [route],
  );
  const crop = useCrop(route.box, found.preview, settle);
  const part = !isWhole(crop.box);
  useTitle(item?.title ?? "");
  useArrival(entry, item !== null);

  if (error !== null && item === null) return <Failed error={error} again={again} />;
  return (
    <>
      <article className="item">
        <Pictures
          item={item}
          at={route.picture}
          crop={crop}
          parts={parts}
          onShow={(picture) => navigate(formatRoute({ ...route, picture, box: null }), { replace: true })}
        />
        <Details item={item} />
      </article>
      <Goes entry={entry} id={route.id} />
      <section aria-labelledby="similar">
        <div className="section-head">
          <h2 id="similar">{part ? "Like this part" : "More like this"}</h2>
          <nav className="section-links" aria-label="More of this picture">
            {parts.length > 1 && there && (
              <Link href={shownPath(asked.subject, "shop")} className="pill">
                Shop the look
              </Link>
            )}
            {there?.objects && (
              <Link href={shownPath(asked.subject, "scenes")} className="pill">
                In scenes
              </Link>
            )}
            <Link href={similarPath(route.id)} className="pill">
              With filters
            </Link>
          </nav>
        </div>
        {known.able && (
          <NarrowBar
            look={look}
            chips={known.chips}
            palette={known.palette}
            coverage={known.coverage}
            waiting={found.loading}
            onChange={(next) => navigate(formatRoute({ ...route, look: next }), { replace: true })}
          />
        )}
        <Notes notes={known.notes} />
        <Results
          entry={entry}
          name="similar"
          label="Similar items"
          found={found}
          empty={
            <Empty
              filtered={false}
              narrowed={isNarrow(look)}
              subject={asked.subject}
              clear={() => navigate(formatRoute({ ...route, look: unnarrowed(look) }), { replace: true })}
            />
          }
        />
      </section>
    </>
  );
}

/** The item; or, for a part of a further picture, that picture. */
function subjectOf(route: Props["route"], item: ItemDetail | null): Subject {
  const picture = item?.pictures[route.picture];
  return picture && route.picture > 0
    ? { kind: "image", id: picture.image_id }
    : { kind: "item", id: route.id };
}

function shownPath(subject: Subject, show: Show): string {
  return formatRoute({ view: "search", subject, box: null, filters: {}, show });
}
