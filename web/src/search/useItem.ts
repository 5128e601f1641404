/* An item with all that is known of it; kept, since people go back and forth between a few. */

import { useEffect, useState } from "react";
import { patiently } from "../api/patient";
import type { ItemDetail } from "../api/types";

const KEPT = 60;
const items = new Map<string, ItemDetail>();

export interface Looked {
  item: ItemDetail | null;
  error: unknown;
  again: () => void;
}

/** `id`: null for none. */
export function useItem(id: string | null): Looked {
  const [item, setItem] = useState<ItemDetail | null>(known(id));
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const mine = new AbortController();
    setError(null);
    setItem(known(id));
    if (id === null) return;
    patiently<ItemDetail>(`/v1/items/${encodeURIComponent(id)}`, { signal: mine.signal })
      .then((found) => {
        remembered(id, found);
        setItem(found);
      })
      .catch((reason: unknown) => !mine.signal.aborted && setError(reason));
    return () => mine.abort();
  }, [id, round]);
  return { item, error, again: () => setRound(round + 1) };
}

function known(id: string | null): ItemDetail | null {
  return id === null ? null : (items.get(id) ?? null);
}

function remembered(id: string, item: ItemDetail): void {
  items.delete(id);
  items.set(id, item);
  const [oldest] = items.keys();
  if (items.size > KEPT && oldest !== undefined) items.delete(oldest);
}
