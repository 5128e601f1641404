/* A range of numbers: two thumbs on one line, and two fields for exact ends.
 *
 * Decided: two ordinary sliders lie on each other, so that keyboard and screen readers need nothing special.
 * The fields act when they are left or Enter is pressed; the sliders act while they move, at most every
 * `CALM` milliseconds.
 */

import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { FieldInfo } from "../api/types";
import { type Choice, human } from "../search/filters";
import { count } from "../ui/format";
import { STEPS, toStep, toValue } from "./scale";

type Range = Extract<Choice, { kind: "range" }>;

interface Props {
  field: FieldInfo;
  choice: Range | null;
  onChange: (choice: Choice) => void;
}

const CALM = 150;

export function NumberPanel({ field, choice, onChange }: Props): ReactNode {
  const [least, most] = [field.least ?? 0, field.most ?? 1];
  const [range, change] = useCalm(choice, onChange);
  const [low, high] = [range?.least ?? least, range?.most ?? most];
  const [from, to] = [toStep(low, least, most), toStep(high, least, most)];
  const set = (a: number, b: number): void =>
    change({
      kind: "range",
      least: a <= least ? null : Math.min(a, b),
      most: b >= most ? null : Math.max(a, b),
    });
  const slider = (end: "least" | "most", step: number) => (
    <input
      type="range"
      min={0}
      max={STEPS}
      value={step}
      aria-label={`${human(field.field)} ${end === "least" ? "from" : "to"}`}
      aria-valuetext={count(end === "least" ? low : high)}
      onChange={(event) => {
        const value = toValue(Number(event.target.value), least, most);
        if (end === "least") set(Math.min(value, high), high);
        else set(low, Math.max(value, low));
      }}
    />
  );
  return (
    <div className="range">
      <div
        className="range-line"
        style={{ "--from": `${(from / STEPS) * 100}%`, "--to": `${(to / STEPS) * 100}%` } as CSSProperties}
      >
        {slider("least", from)}
        {slider("most", to)}
      </div>
      <div className="range-ends">
        <End name="From" value={low} onSet={(value) => set(value, Math.max(value, high))} />
        <End name="To" value={high} onSet={(value) => set(Math.min(value, low), value)} />
      </div>
    </div>
  );
}

/** The range as it is being chosen, passed on when the hand rests for a moment. */
function useCalm(
  choice: Range | null,
  pass: (choice: Choice) => void,
): [Range | null, (range: Range) => void] {
  const [held, setHeld] = useState<Range | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setHeld(null), [choice?.least, choice?.most]);
  const change = (range: Range): void => {
    setHeld(range);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => pass(range), CALM);
  };
  return [held ?? choice, change];
}

function End({
  name,
  value,
  onSet,
}: {
  name: string;
  value: number;
  onSet: (value: number) => void;
}): ReactNode {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const commit = (): void => {
    const number = Number(text.replace(",", "."));
    if (text.trim() === "" || !Number.isFinite(number)) setText(String(value));
    else if (number !== value) onSet(number);
  };
  return (
    <label className="range-end">
      <span>{name}</span>
      <input
        inputMode="decimal"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event: KeyboardEvent) => event.key === "Enter" && commit()}
      />
    </label>
  );
}
