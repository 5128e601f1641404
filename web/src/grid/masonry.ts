/* Where each card of a masonry lies, computed before any picture has arrived.
 *
 * Decided: the next card goes to the shortest column (the leftmost of equals), so that reading order stays
 * close to top-left to bottom-right and the order in the document is the order of the results. Very tall or
 * wide pictures are cut to bounds.
 */

export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
  column: number;
}

export interface Layout {
  places: Place[];
  height: number;
}

export interface Columns {
  count: number;
  width: number;
}

const TALLEST = 1.9; // height / width
const FLATTEST = 0.55;

export function ratioOf(width: number | null | undefined, height: number | null | undefined): number {
  if (!width || !height) return 1;
  return Math.min(TALLEST, Math.max(FLATTEST, height / width));
}

/** As many columns as fit with about `wanted` pixels each, at least two where there is any room. */
export function columnsOf(width: number, gap: number, wanted: number): Columns {
  const least = width >= 280 ? 2 : 1;
  const count = Math.max(least, Math.round((width + gap) / (wanted + gap)));
  return { count, width: Math.max(1, (width - gap * (count - 1)) / count) };
}

/** `ratios`: height / width of each picture; `below`: pixels for the words under it. */
export function layout(ratios: readonly number[], columns: Columns, gap: number, below: number): Layout {
  const ends = new Array<number>(columns.count).fill(0);
  const places = ratios.map((ratio) => {
    const column = shortest(ends);
    const top = ends[column]!;
    const height = Math.round(columns.width * ratio) + below;
    ends[column] = top + height + gap;
    return { left: column * (columns.width + gap), top, width: columns.width, height, column };
  });
  return { places, height: Math.max(0, Math.max(0, ...ends) - gap) };
}

function shortest(ends: readonly number[]): number {
  let best = 0;
  ends.forEach((end, column) => {
    if (end < ends[best]! - 0.5) best = column;
  });
  return best;
}

/** The cards between two heights. */
export function within(places: readonly Place[], from: number, to: number): number[] {
  const found: number[] = [];
  places.forEach((place, index) => {
    if (place.top + place.height >= from && place.top <= to) found.push(index);
  });
  return found;
}
