/* Values of a text field as chips with counts; a box to search in them when there are many.
 *
 * Decided: the server tells the fifty most frequent values; a rarer one can be typed. Chosen values come
 * first when the panel opens and stay where they are while it is open.
 */

import { type ReactNode, useMemo, useState } from "react";
import type { FieldInfo } from "../api/types";
import { count } from "../ui/format";
import { Check } from "../ui/icons";

const MANY = 12;

interface Props {
  field: FieldInfo;
  values: string[];
  onChange: (values: string[]) => void;
}

export function TextPanel({ field, values, onChange }: Props): ReactNode {
  const [wanted, setWanted] = useState("");
  const known = useMemo(() => ordered(field, values), [field]);
  const search = wanted.trim().toLowerCase();
  const shown = known.filter((one) => one.value.toLowerCase().includes(search));
  const total = field.distinct ?? known.length;
  const own =
    search !== "" && total > known.length && !known.some((one) => one.value.toLowerCase() === search);
  const toggle = (value: string): void =>
    onChange(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
  return (
    <>
      {total > MANY && (
        <input
          type="search"
          className="panel-search"
          placeholder={`Search ${count(total)} values`}
          aria-label="Search values"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      )}
      <div className="values">
        {shown.map((one) => (
          <Value
            key={one.value}
            value={one.value}
            count={one.count}
            on={values.includes(one.value)}
            toggle={toggle}
          />
        ))}
        {own && (
          <Value value={wanted.trim()} count={null} on={values.includes(wanted.trim())} toggle={toggle} />
        )}
        {shown.length === 0 && !own && <p className="quiet">No such value.</p>}
      </div>
    </>
  );
}

interface ValueProps {
  value: string;
  count: number | null;
  on: boolean;
  toggle: (value: string) => void;
}

function Value({ value, count: number, on, toggle }: ValueProps): ReactNode {
  return (
    <button type="button" className={on ? "chip on" : "chip"} aria-pressed={on} onClick={() => toggle(value)}>
      {on && <Check />}
      {value}
      {number !== null && <span className="chip-count">{count(number)}</span>}
    </button>
  );
}

function ordered(field: FieldInfo, chosen: string[]): { value: string; count: number | null }[] {
  const known = field.values ?? [];
  const rare = chosen
    .filter((value) => !known.some((one) => one.value === value))
    .map((value) => ({ value, count: null }));
  const first = known.filter((one) => chosen.includes(one.value));
  return [...rare, ...first, ...known.filter((one) => !chosen.includes(one.value))];
}
