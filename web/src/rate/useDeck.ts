/* A deck of questions bound to the server and to React. */

import { useEffect, useReducer, useRef } from "react";
import { patiently } from "../api/patient";
import { source } from "../grid/Thumb";
import { Deck } from "./deck";
import { type NextAnswer, nextPath, type Rater, spoken } from "./judging";

const SIDE = 640; // pixels of what is shown large

export function useDeck(plan: string, rater: Rater, onFailed: (error: unknown) => void): Deck {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const made = useRef<Deck | null>(null);
  const fail = useRef(onFailed);
  fail.current = onFailed;
  const signal = useRef(new AbortController());
  made.current ??= new Deck({
    more: (skip, count) =>
      patiently<NextAnswer>(nextPath(plan, rater.name, skip, count), { signal: signal.current.signal }),
    // an answer is sent to its end, even when the rater has gone to another page
    send: (question, said) =>
      patiently("/v1/judgements", {
        body: spoken(plan, rater.name, question, said),
        key: rater.key,
        signal: new AbortController().signal,
      }),
    changed: redraw,
    failed: (error) => fail.current(error),
  });
  const deck = made.current;
  useEffect(() => {
    deck.resume();
    signal.current = new AbortController();
    deck.fill();
    return () => {
      deck.stop();
      signal.current.abort();
    };
  }, [deck]);
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent): void => {
      if (deck.unsent > 0) event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    return () => removeEventListener("beforeunload", leave);
  }, [deck]);
  useEffect(() => {
    for (const one of deck.ahead.slice(1, 4))
      for (const picture of [one.query, ...one.lists.flat()])
        new Image().src = source(picture, one.lists.length > 1 ? 320 : SIDE);
  }, [deck.current?.question]);
  return deck;
}
