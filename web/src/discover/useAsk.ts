/* One question about a picture, asked when it changes; the answer is kept for whoever comes back.
 *
 * Decided: the newest question wins (`Latest`), and the last answer stays, dimmed, until the next is there.
 */

import { useEffect, useMemo, useState } from "react";
import { patiently } from "../api/patient";
import type { Box } from "../api/types";
import { recall, remember } from "../app/memory";
import type { Subject } from "../app/routes";
import { Latest } from "../search/latest";
import { bodyOf } from "../search/request";

export interface Question {
  path: string;
  subject: Subject;
  rest: Record<string, unknown>;
}

export interface Answered<T> {
  answer: T | null;
  loading: boolean;
  error: unknown;
  again: () => void;
}

/** `question`: null for none yet. `entry`: the entry of the history that remembers the answer. */
export function useAsk<T>(entry: string, name: string, question: Question | null): Answered<T> {
  const text = question === null ? "" : JSON.stringify(question);
  const [found, setFound] = useState<[string, T] | null>(() => recall<[string, T]>(entry, name) ?? null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const latest = useMemo(() => {
    const show = (answer: T, asked: string): void => {
      remember(entry, name, [asked, answer]);
      setFound([asked, answer]);
      setError(null);
    };
    return new Latest<string, T>(sent, { show, fail: setError });
  }, [entry, name]);
  useEffect(() => {
    setError(null);
    if (text !== "" && recall<[string, T]>(entry, name)?.[0] !== text) latest.now(text);
    return () => latest.stop();
  }, [text, round, latest, entry, name]);
  return {
    answer: text === "" ? null : (found?.[1] ?? null),
    loading: text !== "" && error === null && found?.[0] !== text,
    error,
    again: () => setRound(round + 1),
  };
}

async function sent<T>(text: string, signal: AbortSignal): Promise<T> {
  const { path, subject, rest } = JSON.parse(text) as Question;
  return await patiently<T>(path, { body: await bodyOf(subject, rest), signal });
}

export function boxed(box: Box | null): Record<string, unknown> {
  return box === null ? {} : { box };
}
