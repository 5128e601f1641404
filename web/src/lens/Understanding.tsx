/* What was understood of an own picture: words to search with, its colours, and what is wrong with it.
 *
 * Decided: words are links to the search for them, since a person may know better what they meant. Objects
 * are dots on the picture itself. Flaws are the server's sentences, beside the picture that they are about.
 */

import type { ReactNode } from "react";
import type { Understanding as Understood } from "../api/discovery";
import { formatRoute } from "../app/routes";
import { Notes } from "../discover/Notes";
import { Link } from "../ui/Link";
import { merged } from "./tones";
import { spoken } from "./words";

interface Props {
  known: Understood;
  notes: string[];
  taken: string | null;
  onColour: ((name: string) => void) | null;
}

const WORDS = 8;

export function Understanding({ known, notes, taken, onColour }: Props): ReactNode {
  const words = spoken(known.words, navigator.languages).slice(0, WORDS);
  const colours = merged(known.colours).slice(0, 5);
  if (words.length + colours.length + notes.length === 0) return null;
  return (
    <section className="understood" aria-label="What was understood">
      {words.length > 0 && (
        <ul className="words" aria-label="Words">
          {words.map((word) => (
            <li key={word.phrase}>
              <Link
                className="chip"
                title={`${Math.round(word.score * 100)} % sure`}
                href={formatRoute({
                  view: "search",
                  subject: { kind: "text", text: word.phrase },
                  box: null,
                  filters: {},
                })}
              >
                {word.phrase}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {colours.length > 0 && (
        <ul className="tones-line" aria-label="Colours of the picture">
          {colours.map((tone) => (
            <li key={tone.hex} style={{ flexGrow: Math.round(100 * Math.max(tone.share, 0.12)) }}>
              <Tone tone={tone} taken={taken === tone.name} onColour={onColour} />
            </li>
          ))}
        </ul>
      )}
      <Notes notes={notes} />
    </section>
  );
}

interface ToneProps extends Pick<Props, "onColour"> {
  tone: Understood["colours"][number];
  taken: boolean;
}

function Tone({ tone, taken, onColour }: ToneProps): ReactNode {
  const label = `${tone.name}, ${Math.round(tone.share * 100)} %`;
  const inside = (
    <>
      <svg preserveAspectRatio="none" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        <rect width="10" height="10" fill={tone.hex} />
      </svg>
      <span>{tone.name}</span>
    </>
  );
  if (!onColour) return <span title={label}>{inside}</span>;
  return (
    <button
      type="button"
      aria-pressed={taken}
      title={label}
      aria-label={`Only ${label}`}
      onClick={() => onColour(tone.name)}
    >
      {inside}
    </button>
  );
}
