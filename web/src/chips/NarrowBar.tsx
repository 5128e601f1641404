/* The line above the results: how they are arranged, their colours, and chips of what many of them have.
 *
 * Decided: one line that scrolls sideways, on a phone as on a desk, so that results stay where they are.
 * Several chips hold together. Colours are buttons with names: a circle says little to many eyes.
 */

import { type ReactNode, useEffect, useRef } from "react";
import type { Chip, Swatch } from "../api/discovery";
import { isNarrow, type Look, PLAIN, unnarrowed, withChip, withColour } from "../discover/look";
import { Tune } from "../discover/Tune";
import { spoken } from "../lens/words";
import { count } from "../ui/format";
import { Check, Close } from "../ui/icons";
import { chipOffers, colourOffers } from "./offers";

interface Props {
  look: Look | undefined;
  chips: Chip[];
  palette: Swatch[];
  coverage: number;
  waiting: boolean;
  children?: ReactNode;
  onChange: (look: Look) => void;
}

export function NarrowBar(given: Props): ReactNode {
  const { look = PLAIN, chips, palette, coverage, waiting, children, onChange } = given;
  const line = useRef<HTMLDivElement>(null);
  const narrow = isNarrow(look);
  const offered = chipOffers(look, spoken(chips, navigator.languages));
  const colours = colourOffers(look, palette);
  const first = offered.filter((chip) => chip.taken).length;
  useEffect(() => {
    line.current?.scrollTo({ left: 0, behavior: "smooth" });
  }, [first]);
  return (
    <section className="narrow" aria-label="Narrow the results" aria-busy={waiting}>
      <Tune look={look} coverage={coverage} onChange={onChange} />
      <div className="narrow-line" ref={line}>
        {narrow && (
          <button type="button" className="pill clear" onClick={() => onChange(unnarrowed(look))}>
            <Close />
            Clear
          </button>
        )}
        {children}
        {colours.length > 0 && (colours.length > 1 || look.colour) && (
          <div className="swatches" role="group" aria-label="Colours">
            {colours.map((one) => (
              <button
                key={one.name}
                type="button"
                className="swatch"
                aria-pressed={one.taken}
                aria-label={one.count ? `${one.name}, ${count(one.count)}` : one.name}
                title={one.count ? `${one.name} · ${count(one.count)}` : one.name}
                onClick={() => onChange(withColour(look, one.name))}
              >
                <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                  <circle cx="10" cy="10" r="10" fill={one.hex} />
                </svg>
                {one.taken && <span className="swatch-name">{one.name}</span>}
                {one.taken && <Close />}
              </button>
            ))}
          </div>
        )}
        {offered.length > 0 && (
          <div className="offers" role="group" aria-label="What many of them have">
            {offered.map((chip) => (
              <button
                key={chip.id}
                type="button"
                className={chip.taken ? "chip on" : "chip"}
                aria-pressed={chip.taken}
                onClick={() => onChange(withChip(look, chip))}
              >
                {chip.taken && <Check />}
                {chip.text}
                {chip.count !== null && !chip.taken && (
                  <span className="chip-count">{count(chip.count)}</span>
                )}
              </button>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}
