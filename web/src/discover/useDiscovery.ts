/* What belongs to a search by picture beside its results: objects, what was understood, chips and colours.
 *
 * Decided: the lens knows the objects itself, so dots are asked for only where something else answers. It
 * knows no chips: those of the same picture's neighbours are asked for beside it, with a single result. What
 * was understood of a picture stays while its results are narrowed.
 */

import { useEffect } from "react";
import { type Chip, type Part, type Swatch, type Understanding, useThere } from "../api/discovery";
import type { Box, SearchAnswer } from "../api/types";
import { recall, remember } from "../app/memory";
import type { Subject } from "../app/routes";
import { gated } from "../dots/parts";
import { useDots } from "../dots/useDots";
import { type Filters, wireFilter } from "../search/filters";
import { productOf } from "../search/request";
import { costOf } from "./cost";
import { type Look, wireArrange } from "./look";
import { useAsk } from "./useAsk";

export interface Discovery {
  able: boolean;
  parts: Part[];
  known: Understanding | null;
  chips: Chip[];
  palette: Swatch[];
  coverage: number;
  notes: string[];
}

interface Asked {
  subject: Subject;
  box: Box | null;
  filters: Filters;
  look?: Look | undefined;
}

/** `stored`: objects that the page knows already; null where it looks after the dots itself. */
export function useDiscovery(
  entry: string,
  asked: Asked,
  answer: SearchAnswer | null,
  stored: Part[] | null,
): Discovery {
  const there = useThere();
  const able = there !== null && asked.subject.kind !== "text";
  const lens = able && productOf(asked, there) === "lens";
  const filter = wireFilter(asked.filters);
  const rest = { k: 1, arrange: wireArrange(undefined), ...(filter ? { filter } : {}) };
  const question = lens ? { path: "/v1/similar", subject: asked.subject, rest } : null;
  const beside = useAsk<SearchAnswer>(entry, "offers", question).answer;
  const known = answer?.understanding ?? recall<Understanding>(entry, "known") ?? null;
  useEffect(() => {
    if (answer?.understanding) remember(entry, "known", answer.understanding);
  }, [entry, answer]);
  const seen = gated(known?.objects.filter((one) => one.origin !== "person") ?? []);
  const dots = useDots(asked.subject, stored !== null && able && !lens && seen.length === 0);
  const from = lens ? beside : answer;
  return {
    able,
    parts: seen.length ? seen : dots?.parts.length ? dots.parts : (stored ?? []),
    known,
    chips: from?.chips ?? [],
    palette: from?.palette ?? [],
    coverage: answer?.coverage ?? 1,
    notes: [...(answer?.notes ?? []), ...costOf(answer?.effect)],
  };
}
