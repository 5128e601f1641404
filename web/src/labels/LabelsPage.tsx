/* The labels that were mined from texts, with the pictures that carry them, to look through and search. */

import { type ReactNode, useEffect, useState } from "react";
import { Refused } from "../api/client";
import { type Entry, navigate } from "../app/history";
import { formatPlace, type LabelsChosen, EVERY_LABEL } from "../app/places";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { Announce } from "../ui/Announce";
import { count } from "../ui/format";
import { Glass } from "../ui/icons";
import { Failed, State } from "../ui/State";
import { LabelCard } from "./LabelCard";
import { kindName, SORTS } from "./labels";
import { type Labels, useLabels } from "./useLabels";

const PAUSE = 250; // ms between the last letter and the search

export function LabelsPage({ entry, chosen }: { entry: Entry; chosen: LabelsChosen }): ReactNode {
  const found = useLabels(entry.key, chosen);
  useTitle("Labels");
  useArrival(entry, found.labels.length > 0);
  const change = (next: Partial<LabelsChosen>): void =>
    navigate(formatPlace({ view: "labels", chosen: { ...chosen, ...next } }), { replace: true });
  const none = found.error instanceof Refused && found.error.status === 404;
  return (
    <>
      <div className="intro">
        <h1 tabIndex={-1}>What people call it</h1>
        <p>
          {found.answer ? `${count(found.answer.every)} labels, ` : "Labels, "}
          found in the texts around the pictures.
        </p>
      </div>
      {!none && <Choices chosen={chosen} found={found} onChange={change} />}
      {none && (
        <State title="No labels yet">
          <p>
            Run <code>saccade label</code>, then this page shows what it found.
          </p>
        </State>
      )}
      {found.error !== null && !none && <Failed error={found.error} again={found.again} />}
      {found.error === null && <Cards found={found} onClear={() => change(EVERY_LABEL)} />}
      <Announce text={found.loading || !found.answer ? "" : `${count(found.answer.total)} labels`} />
    </>
  );
}

function Cards({ found, onClear }: { found: Labels; onClear: () => void }): ReactNode {
  if (found.answer !== null && found.labels.length === 0 && !found.loading)
    return (
      <State title="No label fits">
        <button type="button" className="button" onClick={onClear}>
          Show all labels
        </button>
      </State>
    );
  const waiting = found.loading && found.labels.length === 0;
  return (
    <>
      <ul
        className={found.loading && !waiting ? "label-grid dimmed" : "label-grid"}
        aria-label="Labels"
        aria-busy={found.loading}
      >
        {found.labels.map((one) => (
          <LabelCard key={one.label_id} label={one} />
        ))}
        {waiting && Array.from({ length: 12 }, (_, n) => <li key={n} className="label-card waiting-card" />)}
      </ul>
      {found.more && (
        <p className="label-more">
          <button type="button" className="button" onClick={found.more}>
            More labels
          </button>
        </p>
      )}
    </>
  );
}

interface ChoicesProps {
  chosen: LabelsChosen;
  found: Labels;
  onChange: (next: Partial<LabelsChosen>) => void;
}

function Choices({ chosen, found, onChange }: ChoicesProps): ReactNode {
  const [text, setText] = useState(chosen.q);
  useEffect(() => setText(chosen.q), [chosen.q]);
  useEffect(() => {
    if (text === chosen.q) return;
    const timer = setTimeout(() => onChange({ q: text }), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const { answer } = found;
  return (
    <form className="label-choices" role="search" aria-label="Labels" onSubmit={(event) => event.preventDefault()}>
      <label className="label-words">
        <Glass />
        <input
          type="search"
          placeholder="Find a label or a phrase"
          aria-label="Find a label or a phrase"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {answer && answer.kinds.length > 1 && (
        <Choice name="Kind" value={chosen.kind} onChange={(kind) => onChange({ kind })}>
          <option value="">Every kind</option>
          {answer.kinds.map((one) => (
            <option key={one.value} value={one.value}>
              {kindName(one.value)} ({count(one.count)})
            </option>
          ))}
        </Choice>
      )}
      {answer && answer.languages.length > 1 && (
        <Choice name="Language" value={chosen.language} onChange={(language) => onChange({ language })}>
          <option value="">Every language</option>
          {answer.languages.map((one) => (
            <option key={one.value} value={one.value}>
              {one.value} ({count(one.count)})
            </option>
          ))}
        </Choice>
      )}
      <Choice name="Order" value={chosen.sort} onChange={(sort) => onChange({ sort })}>
        {SORTS.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Choice>
    </form>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ name, value, onChange, children }: ChoiceProps): ReactNode {
  return (
    <select
      className={value ? "pill on" : "pill"}
      aria-label={name}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {children}
    </select>
  );
}
