/* A search that follows its input: asked again when the subject, the filters or the box change.
 *
 * Decided: old results stay, dimmed by whoever shows them, until new ones are there. `preview` is for a box
 * that is still being dragged. More results are asked for by doubling k; the first ones stay where they are.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Box, SearchAnswer } from "../api/types";
import { recall, remember } from "../app/memory";
import { Latest } from "./latest";
import { type Ask, search } from "./request";

export const FIRST = 40;

export interface Found {
  answer: SearchAnswer | null;
  loading: boolean;
  growing: boolean;
  error: unknown;
  complete: boolean;
  preview: (box: Box | null) => void;
  more: () => void;
  again: () => void;
}

interface Kept {
  asked: string;
  k: number;
  answer: SearchAnswer;
}

/** `most`: how many results the server gives at once. `on`: whether results are wanted now. */
export function useSearch(key: string, wanted: Omit<Ask, "k">, most: number, on = true): Found {
  const text = JSON.stringify(wanted);
  const kept = useRef(recall<Kept>(key, "search"));
  const [answer, setAnswer] = useState<SearchAnswer | null>(kept.current?.answer ?? null);
  const [loading, setLoading] = useState(kept.current?.asked !== text);
  const [growing, setGrowing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const latest = useMemo(() => new Latest<Ask, SearchAnswer>(search, { show, fail }), []);
  const k = useRef(kept.current?.k ?? FIRST);

  function show(found: SearchAnswer, asked: Ask): void {
    const { k: count, ...rest } = asked;
    kept.current = { asked: JSON.stringify(rest), k: count, answer: found };
    remember(key, "search", kept.current);
    setAnswer(found);
    setError(null);
    setLoading(latest.busy);
    setGrowing(false);
  }

  function fail(reason: unknown): void {
    setError(reason);
    setLoading(false);
    setGrowing(false);
  }

  const begin = useCallback(
    (input: Ask, urgent: boolean) => {
      setLoading(true);
      setGrowing(false);
      if (urgent) latest.now(input);
      else latest.soon(input);
    },
    [latest],
  );

  useEffect(() => {
    if (!on || kept.current?.asked === text) latest.stop();
    else begin({ ...(JSON.parse(text) as Omit<Ask, "k">), k: (k.current = FIRST) }, true);
    if (kept.current?.asked === text) setLoading(false);
  }, [text, on, begin, latest]);
  useEffect(() => () => latest.stop(), [latest]);

  const complete = answer !== null && (answer.results.length < k.current || k.current >= most);
  const base = JSON.parse(text) as Omit<Ask, "k">;
  return {
    answer,
    loading,
    growing,
    error,
    complete,
    preview: (box) => begin({ ...base, box, k: FIRST }, false),
    more: () => {
      if (loading || complete || error !== null) return;
      begin({ ...base, k: (k.current = Math.min(most, k.current * 2)) }, true);
      setGrowing(true);
    },
    again: () => begin({ ...base, k: k.current }, true),
  };
}
