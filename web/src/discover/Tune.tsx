/* How results are arranged: more variety, groups in equal shares, skin tones, and what only few people need.
 *
 * Decided: a range of skin tones is shown where pictures carry such labels (a task whose name says so), as
 * named colours in the order of the scale; it never comes from pixels on the way. The slider acts when the
 * hand rests.
 */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useThere } from "../api/discovery";
import { Panel } from "../filters/Panel";
import { human } from "../search/filters";
import { Check } from "../ui/icons";
import { type Look, PLAIN, withLabel } from "./look";
import { isSkin, skinHex, skinName } from "./skin";

interface Props {
  look: Look;
  coverage: number;
  onChange: (look: Look) => void;
}

const CALM = 180;

export function Tune({ look, coverage, onChange }: Props): ReactNode {
  const there = useThere();
  if (!there) return null;
  const skins = Object.entries(there.tasks).filter(([task]) => isSkin(task));
  const groups = [...new Set(there.spread)];
  const labelled = Object.values(look.labels).filter((labels) => labels.length > 0).length;
  const set = Number(look.variety > 0) + Number(look.agreement > 0) + Number(look.spread !== null) + labelled;
  const cleared = { ...look, variety: 0, spread: null, labels: {}, agreement: 0, unfolded: false };
  return (
    <Panel
      name="Tune"
      on={set > 0 || look.unfolded}
      count={set}
      onClear={() => onChange({ ...PLAIN, ...cleared })}
    >
      <Slider
        name="More variety"
        ends={["Most alike", "Most varied"]}
        value={look.variety}
        onSet={(variety) => onChange({ ...look, variety })}
      />
      {skins.map(([task, labels]) => (
        <fieldset key={task} className="tune-part">
          <legend>{human(task)}</legend>
          <div className="tones">
            {labels.map((label, index) => {
              const on = look.labels[task]?.includes(label) ?? false;
              return (
                <button
                  key={label}
                  type="button"
                  className="tone"
                  aria-pressed={on}
                  aria-label={`${human(task)} ${skinName(label, index, labels.length)}`}
                  onClick={() => onChange(withLabel(look, task, label))}
                >
                  <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                    <circle cx="10" cy="10" r="10" fill={skinHex(index, labels.length)} />
                  </svg>
                  <span>{label}</span>
                  {on && <Check />}
                </button>
              );
            })}
          </div>
          <p className="quiet">Pictures that were labelled so. Several may be chosen.</p>
        </fieldset>
      ))}
      {groups.length > 0 && (
        <label className="tune-part">
          Show in equal shares
          <select
            value={look.spread ?? ""}
            onChange={(event) => onChange({ ...look, spread: event.target.value || null })}
          >
            <option value="">as they come</option>
            {groups.map((field) => (
              <option key={field} value={field}>
                {human(field)}
              </option>
            ))}
          </select>
        </label>
      )}
      <details className="tune-part" open={look.agreement > 0 || look.unfolded}>
        <summary>Advanced</summary>
        <Slider
          name="Agreement of category, colour, price and labels"
          ends={["Any", "All of it"]}
          value={look.agreement}
          onSet={(agreement) => onChange({ ...look, agreement })}
        />
        {look.agreement > 0 && (
          <p className="quiet">{Math.round(coverage * 100)} % of the candidates agree so far.</p>
        )}
        <label className="switch">
          <input
            type="checkbox"
            checked={look.unfolded}
            onChange={(event) => onChange({ ...look, unfolded: event.target.checked })}
          />
          Show near-duplicates
        </label>
      </details>
    </Panel>
  );
}

interface SliderProps {
  name: string;
  ends: [string, string];
  value: number;
  onSet: (value: number) => void;
}

function Slider({ name, ends, value, onSet }: SliderProps): ReactNode {
  const [held, setHeld] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setHeld(null), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const shown = held ?? value;
  const change = (next: number): void => {
    setHeld(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSet(next), CALM);
  };
  return (
    <label className="tune-part slider">
      {name}
      <input
        type="range"
        min={0}
        max={1}
        step={0.1}
        value={shown}
        aria-valuetext={shown === 0 ? `0 %, ${ends[0].toLowerCase()}` : `${Math.round(shown * 100)} %`}
        onChange={(event) => change(Number(event.target.value))}
      />
      <span className="slider-ends" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </span>
    </label>
  );
}
