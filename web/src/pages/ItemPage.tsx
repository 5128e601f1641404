/* One item: its pictures large, what is known of it, and what looks like it.
 *
 * Decided: the picture is searched in where it stands: a box drawn on it, or a dot pressed, changes the wall
 * below. The first picture is cropped by the server, a further one is sent as a picture.
 */

import { type ReactNode, useCallback } from "react";
import { useInfo } from "../api/info";
import type { Box, ItemDetail } from "../api/types";
import { type Entry, navigate } from "../app/history";
import { formatRoute, type Route, similarPath } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { isWhole } from "../picture/crop";
import { useCrop } from "../picture/useCrop";
import type { Wanted } from "../search/request";
import { useItem } from "../search/useItem";
import { useSearch } from "../search/useSearch";
import { Link } from "../ui/Link";
import { Failed } from "../ui/State";
import { Details } from "./Details";
import { Pictures } from "./Pictures";
import { Results } from "./Results";

interface Props {
  entry: Entry;
  route: Extract<Route, { view: "item" }>;
}

export function ItemPage({ entry, route }: Props): ReactNode {
  const { item, error, again } = useItem(route.id);
  const most = useInfo()?.limits.k ?? 200;
  const found = useSearch(entry.key, { subject: subjectOf(route, item), box: route.box, filters: {} }, most);
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
          onShow={(picture) => navigate(formatRoute({ ...route, picture, box: null }), { replace: true })}
        />
        <Details item={item} />
      </article>
      <section aria-labelledby="similar">
        <div className="section-head">
          <h2 id="similar">{part ? "Like this part" : "More like this"}</h2>
          <Link href={similarPath(route.id)} className="pill">
            With filters
          </Link>
        </div>
        <Results
          entry={entry}
          name="similar"
          label="Similar items"
          found={found}
          empty={<p>The catalogue has nothing like it.</p>}
        />
      </section>
    </>
  );
}

/** The item; or, for a part of a further picture, that picture. */
function subjectOf(route: Props["route"], item: ItemDetail | null): Wanted {
  const picture = item?.pictures[route.picture];
  return picture && route.picture > 0
    ? { kind: "picture", url: picture.url }
    : { kind: "item", id: route.id };
}
