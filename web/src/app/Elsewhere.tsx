/* The ways to what is not search: labels and rating. Beside the search box, or behind one button on a phone. */

import type { ReactNode } from "react";
import { Link } from "../ui/Link";
import { More } from "../ui/icons";
import type { Route } from "./routes";

const PLACES: { view: Route["view"]; href: string; name: string }[] = [
  { view: "labels", href: "/labels", name: "Labels" },
  { view: "rate", href: "/rate", name: "Rate" },
];

export function Elsewhere({ view }: { view: Route["view"] }): ReactNode {
  const links = PLACES.map((place) => (
    <Link
      key={place.href}
      href={place.href}
      aria-current={place.view === view ? "page" : undefined}
      onClick={() => document.getElementById("elsewhere")?.hidePopover()}
    >
      {place.name}
    </Link>
  ));
  return (
    <>
      <nav className="elsewhere" aria-label="More of saccade">
        {links}
      </nav>
      <button type="button" className="round more-key" popoverTarget="elsewhere" aria-label="More">
        <More />
      </button>
      <div id="elsewhere" className="menu" popover="auto">
        <nav aria-label="More of saccade, menu">{links}</nav>
      </div>
    </>
  );
}
