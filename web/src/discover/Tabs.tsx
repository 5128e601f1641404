/* What to see of a picture: things like it, things for each object in it, scenes with it.
 *
 * Decided: links, not tabs: each has its address, so back, forward and sharing work. What the server cannot
 * do is not offered, and a shop only where objects are known; it stands last, since they come a moment later.
 */

import type { ReactNode } from "react";
import { useThere } from "../api/discovery";
import { formatRoute, type Route, type Show } from "../app/routes";
import { navigate } from "../app/history";
import { Link } from "../ui/Link";

type Searched = Extract<Route, { view: "search" }>;
const NAMES: [Show | undefined, string][] = [
  [undefined, "Alike"],
  ["scenes", "In scenes"],
  ["shop", "Shop the look"],
];

export function Tabs({ route, objects }: { route: Searched; objects: number }): ReactNode {
  const there = useThere();
  const able = { shop: objects > 0, scenes: Boolean(there?.objects) };
  const shown = NAMES.filter(([show]) => show === undefined || able[show] || route.show === show);
  if (shown.length < 2) return null;
  return (
    <nav className="tabs" aria-label="What to see">
      {shown.map(([show, name]) => {
        const { show: _, ...rest } = route;
        const href = formatRoute(show ? { ...rest, show } : rest);
        return (
          <Link
            key={name}
            href={href}
            {...(route.show === show && { "aria-current": "page" as const })}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              navigate(href, { replace: true });
            }}
          >
            {name}
          </Link>
        );
      })}
    </nav>
  );
}
