/* The catalogue without a query: pages of one random order, filtered if wanted.
 *
 * Decided: the seed lasts as long as the browser tab, so that coming home shows the same wall; `shuffle` takes
 * a new one. Pages are cut by offset and nothing is shown twice.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import { patiently } from "../api/patient";
import type { CardItem, ItemsAnswer } from "../api/types";
import { recall, remember } from "../app/memory";
import { type Filters, whereTexts } from "./filters";

const PAGE = 40;
const SEED = "saccade.seed";

interface Kept {
  asked: string;
  items: CardItem[];
  offset: number;
  complete: boolean;
}

export interface Catalogue extends Omit<Kept, "asked" | "offset"> {
  loading: boolean;
  error: unknown;
  more: () => void;
  again: () => void;
  shuffle: () => void;
}

const NOTHING = { items: [], offset: 0, complete: false };

export function useCatalogue(key: string, filters: Filters): Catalogue {
  const [seed, setSeed] = useState(storedSeed);
  const asked = JSON.stringify([seed, whereTexts(filters)]);
  const [kept, setKept] = useState<Kept>(() => recall<Kept>(key, "catalogue") ?? { asked: "", ...NOTHING });
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    async (from: Kept) => {
      running.current?.abort();
      const mine = (running.current = new AbortController());
      setLoading(true);
      setError(null);
      try {
        const answer = await patiently<ItemsAnswer>(path(from), { signal: mine.signal });
        const next = joined(from, answer.items);
        remember(key, "catalogue", next);
        setKept(next);
      } catch (reason) {
        if (running.current !== mine || mine.signal.aborted) return;
        setError(reason);
      }
      if (running.current === mine) setLoading(false);
    },
    [key],
  );

  useEffect(() => {
    if (kept.asked !== asked) void load({ asked, ...NOTHING });
  }, [asked]);
  useEffect(() => () => running.current?.abort(), []);

  return {
    items: kept.items,
    complete: kept.complete,
    loading: loading || kept.asked !== asked,
    error,
    more: () => {
      if (!loading && !kept.complete && !error && kept.asked === asked) void load(kept);
    },
    again: () => void load(kept.asked === asked ? kept : { asked, ...NOTHING }),
    shuffle: () => setSeed(freshSeed()),
  };
}

function path({ asked, offset }: Kept): string {
  const [seed, wheres] = JSON.parse(asked) as [number, string[]];
  const params = new URLSearchParams({ limit: String(PAGE), seed: String(seed), offset: String(offset) });
  for (const where of wheres) params.append("where", where);
  return `/v1/items?${params}`;
}

function joined(kept: Kept, found: CardItem[]): Kept {
  const known = new Set(kept.items.map((item) => item.item_id));
  const items = [...kept.items, ...found.filter((item) => !known.has(item.item_id))];
  return { asked: kept.asked, items, offset: kept.offset + found.length, complete: found.length < PAGE };
}

function storedSeed(): number {
  try {
    return Number(sessionStorage.getItem(SEED)) || freshSeed();
  } catch {
    return freshSeed();
  }
}

function freshSeed(): number {
  const seed = 1 + Math.floor(Math.random() * 1_000_000);
  try {
    sessionStorage.setItem(SEED, String(seed));
  } catch {
    // a new wall after a reload, then
  }
  return seed;
}
