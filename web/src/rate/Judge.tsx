/* One question after another: pictures large, the answer one key away, the next question there at once. */

import { type ReactNode, useMemo } from "react";
import { Announce } from "../ui/Announce";
import { count } from "../ui/format";
import { Undo } from "../ui/icons";
import { Link } from "../ui/Link";
import { State } from "../ui/State";
import { Answers } from "./Answers";
import type { GradeInfo, PlanInfo, Rater, Said } from "./judging";
import { Lists, Pair } from "./Shown";
import { useDeck } from "./useDeck";
import { useKeys } from "./keys";
import type { Deck } from "./deck";

interface Props {
  plan: PlanInfo;
  grades: GradeInfo[];
  rater: Rater;
  onOther: () => void;
  onFailed: (error: unknown) => void;
}

export function Judge({ plan, grades, rater, onOther, onFailed }: Props): ReactNode {
  const deck = useDeck(plan.name, rater, onFailed);
  const answer = (said: Exclude<Said, null>): void => {
    if (deck.current) deck.answer(said);
  };
  const keys = useMemo(() => bindings(plan, grades, deck, answer), [deck]);
  useKeys(keys);
  const { current, progress } = deck;
  const last = deck.past[deck.past.length - 1];
  return (
    <section className={`rate ${plan.kind}`} aria-label="Rating">
      <header className="rate-head">
        <h1 tabIndex={-1}>{plan.kind === "sides" ? "Which list is better?" : "How similar is it?"}</h1>
        <progress max={Math.max(1, progress.all)} value={progress.done} aria-label="Your progress" />
        <p className="quiet">
          <span className="rate-count">
            {count(progress.done)} of {count(progress.all)}
          </span>{" "}
          by {rater.name}
          {deck.unsent > 1 && <span className="rate-sending">, {count(deck.unsent)} on their way</span>}{" "}
          <button type="button" className="plain" onClick={onOther}>
            change
          </button>
        </p>
      </header>
      {deck.empty ? (
        <Finished deck={deck} onOther={onOther} />
      ) : (
        <>
          {current === null ? (
            <div className="rate-stage waiting-stage" aria-hidden="true" />
          ) : plan.kind === "sides" ? (
            <Lists key={current.question} question={current} />
          ) : (
            <Pair key={current.question} question={current} />
          )}
          <footer className="rate-foot">
            <Answers kind={plan.kind} grades={grades} disabled={current === null} onAnswer={answer} />
            <p className="rate-more">
              <button
                type="button"
                className="pill"
                disabled={deck.past.length === 0}
                onClick={() => deck.undo()}
              >
                <Undo />
                Undo <kbd>U</kbd>
              </button>
              <button type="button" className="pill" disabled={current === null} onClick={() => deck.skip()}>
                Skip <kbd>S</kbd>
              </button>
              <span className="quiet rate-last">{last ? spokenLast(last.said, grades) : ""}</span>
            </p>
          </footer>
        </>
      )}
      <Announce text={deck.empty ? "All done" : `Question ${progress.done + 1} of ${progress.all}`} />
    </section>
  );
}

function Finished({ deck, onOther }: { deck: Deck; onOther: () => void }): ReactNode {
  const { skipped } = deck;
  return (
    <State title={skipped.length > 0 ? "Nearly done" : "All done, thank you"}>
      <p>
        {deck.answered > 0
          ? `${count(deck.answered)} answers in this sitting.`
          : "No question of this plan waits for you."}
      </p>
      {skipped.length > 0 && (
        <button type="button" className="button" onClick={() => deck.again()}>
          Back to the {count(skipped.length)} skipped
        </button>
      )}
      <p className="rate-more">
        {deck.past.length > 0 && (
          <button type="button" className="pill" onClick={() => deck.undo()}>
            <Undo />
            Undo <kbd>U</kbd>
          </button>
        )}
        <button type="button" className="pill" onClick={onOther}>
          Another plan
        </button>
        <Link href="/" className="pill">
          Start page
        </Link>
      </p>
    </State>
  );
}

function spokenLast(said: Said, grades: GradeInfo[]): string {
  if (said === null) return "Last: skipped";
  if (typeof said === "number") return `Last: ${said}, ${grades.find((one) => one.value === said)?.name ?? ""}`;
  return `Last: ${said}`;
}

function bindings(
  plan: PlanInfo,
  grades: GradeInfo[],
  deck: Deck,
  answer: (said: Exclude<Said, null>) => void,
): Record<string, () => void> {
  const both = { u: () => void deck.undo(), Backspace: () => void deck.undo(), s: () => deck.skip() };
  if (plan.kind === "grades")
    return { ...both, ...Object.fromEntries(grades.map(({ value }) => [String(value), () => answer(value)])) };
  const tie = (): void => answer("tie");
  return {
    ...both,
    ArrowLeft: () => answer("left"),
    ArrowRight: () => answer("right"),
    ArrowDown: tie,
    ArrowUp: tie,
    t: tie,
  };
}
