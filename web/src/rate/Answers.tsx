/* The answers as buttons, each with its key. */

import type { ReactNode } from "react";
import type { GradeInfo, Kind, Said, Side } from "./judging";

interface Props {
  kind: Kind;
  grades: GradeInfo[];
  disabled: boolean;
  onAnswer: (said: Exclude<Said, null>) => void;
}

const SIDES: { side: Side; key: string; name: string }[] = [
  { side: "left", key: "←", name: "Left" },
  { side: "tie", key: "↓", name: "Equal" },
  { side: "right", key: "→", name: "Right" },
];

export function Answers({ kind, grades, disabled, onAnswer }: Props): ReactNode {
  if (kind === "sides")
    return (
      <div className="answers three" role="group" aria-label="The better list">
        {SIDES.map(({ side, key, name }) => (
          <button key={side} type="button" disabled={disabled} onClick={() => onAnswer(side)} data-said={side}>
            <kbd aria-hidden="true">{key}</kbd>
            <span className="answer-name">{name}</span>
          </button>
        ))}
      </div>
    );
  return (
    <>
      <div className="answers five" role="group" aria-label="Grade">
        {grades.map(({ value, name, meaning }) => (
          <button
            key={value}
            type="button"
            disabled={disabled}
            onClick={() => onAnswer(value)}
            data-said={value}
            title={meaning}
          >
            <kbd>{value}</kbd>
            <span className="answer-name">{name}</span>
            <span className="answer-meaning">{meaning}</span>
          </button>
        ))}
      </div>
      <details className="answer-help">
        <summary>What the grades mean</summary>
        <dl>
          {grades.map(({ value, name, meaning }) => (
            <div key={value}>
              <dt>
                {value} {name}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
