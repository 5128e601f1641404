/* Why a result is here, in words.
 *
 * Decided: the beginning of the server's own sentence, since the rest of it is told as facts below; sources
 * by plain names. Scores are shown as they come (a cosine is not a chance), with two digits.
 */

import type { Share } from "../api/discovery";
import type { CardItem, Result } from "../api/types";

export type Shown = CardItem & Partial<Pick<Result, "score" | "folded" | "why" | "shares">>;

const SOURCES: Record<string, string> = {
  picture: "whole picture",
  whole: "whole picture",
  crop: "this part",
  object: "object",
  objects: "object",
  words: "words",
};

export function sourceName(source: string): string {
  return SOURCES[source] ?? source.replaceAll("_", " ");
}

/** Sources that had a tenth or more of a result, the largest first. */
export function badges(shares: readonly Share[] | undefined): string[] {
  const large = (shares ?? []).filter((share) => share.share >= 0.1);
  return [...new Set(large.sort((a, b) => b.share - a.share).map((share) => sourceName(share.source)))];
}

export interface Reason {
  sentence: string;
  facts: [string, string][];
}

/** null: nothing is known beyond the place in the list. */
export function reasonOf({ why, shares, folded = 0, score }: Shown): Reason | null {
  if (!why && !shares?.length && folded === 0) return null;
  const facts: [string, string][] = [];
  const told = typeof why === "string" || !why ? null : why;
  if (told) facts.push(["Found by", sourceName(told.source)], ["Likeness", told.score.toFixed(2)]);
  else if (shares?.length) {
    for (const one of [...shares].sort((a, b) => b.share - a.share))
      facts.push([capital(sourceName(one.source)), `${Math.round(one.share * 100)} %, place ${one.rank}`]);
  } else if (score !== undefined) facts.push(["Likeness", score.toFixed(2)]);
  if (told?.agreed.length) facts.push(["Agrees", told.agreed.join("; ")]);
  if (told && told.agreement !== null) facts.push(["Agreement", `${Math.round(told.agreement * 100)} %`]);
  if (told?.part?.category) facts.push(["Shows", told.part.category]);
  if (folded > 0) facts.push(["Near-duplicates", `${folded} not shown`]);
  const sentence = typeof why === "string" ? why : (told?.text ?? "").replace(/\s*[(;].*$/s, "");
  return { sentence: capital(sentence), facts };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
