/* What the server says of judging: plans, questions, grades. */

import type { Picture } from "../api/types";

export type Kind = "grades" | "sides";
export type Side = "left" | "tie" | "right";
/** A grade 0 to 4, or the better side; null takes back what was said. */
export type Said = number | Side | null;

export interface PlanInfo {
  name: string;
  kind: Kind;
  depth: number;
  queries: number;
  questions: number;
  done: number;
  wanted: number;
  raters: number;
}

export interface GradeInfo {
  value: number;
  name: string;
  meaning: string;
}

export interface JudgingAnswer {
  plans: PlanInfo[];
  grades: GradeInfo[];
  writable: boolean;
}

export interface Question {
  question: string;
  query: Picture;
  lists: Picture[][];
}

export interface NextAnswer {
  plan: PlanInfo;
  questions: Question[];
  mine: number;
  left: number;
}

export interface Rater {
  name: string;
  key: string;
}

export function nextPath(plan: string, rater: string, skip: readonly string[], count: number): string {
  const params = new URLSearchParams({ rater, count: String(count) });
  for (const id of skip.slice(-MOST_SKIPS)) params.append("skip", id);
  return `/v1/judging/${encodeURIComponent(plan)}/next?${params}`;
}

/** The body of one answer. */
export function spoken(plan: string, rater: string, question: string, said: Said): object {
  const body = { plan, rater, question };
  if (typeof said === "number") return { ...body, grade: said };
  return said === null ? body : { ...body, side: said };
}

const MOST_SKIPS = 200;
