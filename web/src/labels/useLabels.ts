/* Pages of labels, one behind the other, kept while their entry is in the history. */

import { useEffect, useRef, useState } from "react";
import { patiently } from "../api/patient";
import { recall, remember } from "../app/memory";
import type { LabelsChosen } from "../app/places";
import { type LabelInfo, labelsPath, type LabelsAnswer } from "./labels";

interface Kept {
  asked: string;
  labels: LabelInfo[];
  answer: LabelsAnswer | null;
}

export interface Labels extends Kept {
  loading: boolean;
  error: unknown;
  more: (() => void) | null;
  again: () => void;
}

export function useLabels(entry: string, chosen: LabelsChosen): Labels {
  const asked = labelsPath(chosen, 0);
  const [kept, setKept] = useState<Kept>(
    () => recall<Kept>(entry, "labels") ?? { asked: "", labels: [], answer: null },
  );
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);

  const load = async (before: LabelInfo[]): Promise<void> => {
    running.current?.abort();
    const mine = (running.current = new AbortController());
    setLoading(true);
    setError(null);
    try {
      const path = labelsPath(chosen, before.length);
      const answer = await patiently<LabelsAnswer>(path, { signal: mine.signal });
      const next = { asked, labels: [...before, ...answer.labels], answer };
      remember(entry, "labels", next);
      setKept(next);
    } catch (reason) {
      if (mine.signal.aborted) return;
      setError(reason);
    }
    if (running.current === mine) setLoading(false);
  };

  useEffect(() => {
    if (kept.asked !== asked) void load([]);
  }, [asked]);
  useEffect(() => () => running.current?.abort(), []);
  const rest = kept.asked === asked && !loading && kept.labels.length < (kept.answer?.total ?? 0);
  return {
    ...kept,
    loading,
    error,
    more: rest ? () => void load(kept.labels) : null,
    again: () => void load(kept.asked === asked ? kept.labels : []),
  };
}
