/* Which card an arrow key goes to.
 *
 * Decided: up and down stay in the column; left and right go to the card of the next column that overlaps
 * most in height, so that moving there and back ends where it began more often than not.
 */

import type { Place } from "./masonry";

export function stepped(places: readonly Place[], from: number, key: string): number | null {
  const here = places[from];
  if (!here) return null;
  if (key === "Home") return 0;
  if (key === "End") return places.length - 1;
  if (key === "ArrowDown") return nearest(places, (place) => down(here, place));
  if (key === "ArrowUp") return nearest(places, (place) => down(place, here));
  if (key === "ArrowRight") return sideways(places, here, 1);
  if (key === "ArrowLeft") return sideways(places, here, -1);
  return null;
}

function down(upper: Place, lower: Place): number | null {
  return lower.column === upper.column && lower.top > upper.top ? lower.top - upper.top : null;
}

function sideways(places: readonly Place[], here: Place, by: number): number | null {
  return nearest(places, (place) => (place.column === here.column + by ? -overlap(here, place) : null));
}

function overlap(a: Place, b: Place): number {
  return Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
}

function nearest(places: readonly Place[], cost: (place: Place) => number | null): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  places.forEach((place, index) => {
    const found = cost(place);
    if (found !== null && found < least) [best, least] = [index, found];
  });
  return best;
}
