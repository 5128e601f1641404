/* Which chips and colours are offered, and in which order.
 *
 * Decided: what is taken stands first and in the order it was taken; a colour that is taken stays offered,
 * even when the narrowed results no longer count it. Colours come by their counts.
 */

import type { Chip, Swatch } from "../api/discovery";
import type { Look } from "../discover/look";

export interface ChipOffer {
  id: string;
  text: string;
  count: number | null;
  taken: boolean;
}

export function chipOffers(look: Look, found: readonly Chip[]): ChipOffer[] {
  const counts = new Map(found.map((chip) => [chip.id, chip.count]));
  const taken = look.chips.map(({ id, text }) => ({ id, text, count: counts.get(id) ?? null, taken: true }));
  const ids = new Set(taken.map((chip) => chip.id));
  const rest = found.filter((chip) => !ids.has(chip.id));
  return [...taken, ...rest.map(({ id, text, count }) => ({ id, text, count, taken: false }))];
}

export interface ColourOffer extends Swatch {
  taken: boolean;
}

export function colourOffers(look: Look, found: readonly Swatch[], most = 12): ColourOffer[] {
  const sorted = [...found].sort((a, b) => b.count - a.count);
  const taken = sorted.find((one) => one.name === look.colour);
  if (look.colour !== null) {
    const hex = look.colour.startsWith("#") ? look.colour : (PLAIN_HEX[look.colour] ?? "#888888");
    const first = taken ?? { name: look.colour, hex, count: 0 };
    const rest = sorted.filter((one) => one !== taken).slice(0, most - 1);
    return [{ ...first, taken: true }, ...rest.map((one) => ({ ...one, taken: false }))];
  }
  return sorted.slice(0, most).map((one) => ({ ...one, taken: false }));
}

/** A typical colour of each family, for one that came with an address. */
const PLAIN_HEX: Record<string, string> = {
  black: "#262423",
  grey: "#7c7d80",
  white: "#f2f2f0",
  red: "#d3121f",
  orange: "#f07a1c",
  yellow: "#f7d417",
  green: "#2c8a3d",
  blue: "#1f4fb5",
  purple: "#6a2f8f",
  pink: "#f28cb1",
  brown: "#6b4226",
  beige: "#dcc8a6",
};
