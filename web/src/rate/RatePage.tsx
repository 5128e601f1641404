/* The rating screen: who judges, which plan, and then one question after another. */

import { type ReactNode, useEffect, useState } from "react";
import { Refused } from "../api/client";
import { patiently } from "../api/patient";
import { navigate } from "../app/history";
import { formatPlace } from "../app/places";
import { useTitle } from "../app/title";
import { Failed, State } from "../ui/State";
import { Judge } from "./Judge";
import type { JudgingAnswer, Rater } from "./judging";
import { known, remember } from "./rater";
import { SignIn } from "./SignIn";

export function RatePage({ plan }: { plan: string | null }): ReactNode {
  const [judging, setJudging] = useState<JudgingAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const [rater, setRater] = useState<Rater | null>(null);
  const [trouble, setTrouble] = useState("");
  useTitle("Rate");
  useEffect(() => {
    const mine = new AbortController();
    setError(null);
    patiently<JudgingAnswer>("/v1/judging", { signal: mine.signal })
      .then(setJudging)
      .catch((reason: unknown) => !mine.signal.aborted && setError(reason));
    return () => mine.abort();
  }, [round]);

  if (error !== null) return <Failed error={error} again={() => setRound(round + 1)} />;
  if (judging === null) return <h1 className="waiting-line rate-waiting" tabIndex={-1} aria-label="Rate" />;
  const chosen = judging.plans.find((one) => one.name === plan) ?? null;
  if (judging.plans.length === 0) return <NoPlan />;
  if (!judging.writable) return <NoKeys />;
  if (rater === null || chosen === null)
    return (
      <SignIn
        plans={judging.plans}
        chosen={chosen?.name ?? judging.plans[0]!.name}
        rater={rater ?? known()}
        trouble={plan !== null && chosen === null ? `There is no plan called ${plan}.` : trouble}
        onStart={(next, name) => {
          remember(next);
          setTrouble("");
          setRater(next);
          if (name !== plan) navigate(formatPlace({ view: "rate", plan: name }), { replace: true });
        }}
      />
    );
  return (
    <Judge
      key={`${chosen.name} ${rater.name}`}
      plan={chosen}
      grades={judging.grades}
      rater={rater}
      onOther={() => {
        setRater(null);
        setRound(round + 1);
      }}
      onFailed={(reason) => {
        setTrouble(told(reason));
        setRater(null);
      }}
    />
  );
}

function told(error: unknown): string {
  if (!(error instanceof Refused)) return "Something unexpected happened on this page.";
  if (error.status === 401) return "That key was not accepted, and your last answer was not stored.";
  return `The server did not take that: ${error.message}`;
}

function NoPlan(): ReactNode {
  return (
    <>
      <h1 className="unseen" tabIndex={-1}>
        Rate
      </h1>
      <State title="Nothing to rate yet">
        <p>
          Make a plan with <code>saccade judge plan NAME MODEL</code>, then reload this page.
        </p>
      </State>
    </>
  );
}

function NoKeys(): ReactNode {
  return (
    <>
      <h1 className="unseen" tabIndex={-1}>
        Rate
      </h1>
      <State title="This server takes no ratings">
        <p>
          It was started without write keys. Start it with <code>saccade serve --keys FILE</code>.
        </p>
      </State>
    </>
  );
}
