/* Before the first question: who judges, with which key, which plan. */

import { type FormEvent, type ReactNode, useState } from "react";
import type { PlanInfo, Rater } from "./judging";
import { count } from "../ui/format";

interface Props {
  plans: PlanInfo[];
  chosen: string;
  rater: Rater;
  trouble: string;
  onStart: (rater: Rater, plan: string) => void;
}

const ASKS = { grades: "one result at a time", sides: "two lists side by side" };

export function SignIn({ plans, chosen, rater, trouble, onStart }: Props): ReactNode {
  const [name, setName] = useState(rater.name);
  const [key, setKey] = useState(rater.key);
  const [plan, setPlan] = useState(chosen);
  const submitted = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() && key.trim()) onStart({ name: name.trim(), key: key.trim() }, plan);
  };
  return (
    <form className="sign-in" onSubmit={submitted}>
      <h1 tabIndex={-1}>Rate results</h1>
      <p className="quiet">
        You see a picture and what was found for it, and say how similar it is. You are not told what found it.
        Everything works with the keyboard alone.
      </p>
      {trouble && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
      <label>
        <span>Your name</span>
        <input
          type="text"
          name="username"
          autoComplete="username"
          required
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        <span>Write key of the service</span>
        <input
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <fieldset>
        <legend>What to rate</legend>
        {plans.map((one) => (
          <label key={one.name} className="plan">
            <input
              type="radio"
              name="plan"
              value={one.name}
              checked={one.name === plan}
              onChange={() => setPlan(one.name)}
            />
            <span className="plan-name">{one.name}</span>
            <span className="quiet">
              {ASKS[one.kind]}, {count(one.questions)} questions
            </span>
            <progress max={Math.max(1, one.wanted)} value={one.done} aria-label={`Progress of ${one.name}`} />
            <span className="quiet">
              {count(one.done)} of {count(one.wanted)} answers
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" className="button">
        Start
      </button>
    </form>
  );
}
