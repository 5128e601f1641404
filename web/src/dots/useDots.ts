/* The objects of a picture, asked for once per picture and kept.
 *
 * Decided: dots are a help, not an answer: while they load, and when they fail, the picture is simply without
 * them; the search of the same picture says what is wrong with the server.
 */

import { useEffect, useState } from "react";
import { type DotsAnswer, useThere } from "../api/discovery";
import { ask } from "../api/client";
import type { Subject } from "../app/routes";
import { bodyOf } from "../search/request";

const KEPT = 60;
const kept = new Map<string, DotsAnswer>();

/** `wanted`: whether to ask at all. */
export function useDots(subject: Subject, wanted: boolean): DotsAnswer | null {
  const there = useThere();
  const key = JSON.stringify(subject);
  const able = wanted && subject.kind !== "text" && Boolean(there?.detector || there?.objects);
  const [found, setFound] = useState<[string, DotsAnswer] | null>(null);
  useEffect(() => {
    if (!able || kept.has(key)) return;
    const mine = new AbortController();
    bodyOf(subject, {})
      .then((body) => ask<DotsAnswer>("/v1/dots", { body, signal: mine.signal }))
      .then((answer) => {
        kept.set(key, answer);
        const [oldest] = kept.keys();
        if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
        setFound([key, answer]);
      })
      .catch(() => {});
    return () => mine.abort();
  }, [key, able]);
  return kept.get(key) ?? (found?.[0] === key ? found[1] : null);
}
