/* The crop box between the visitor's hand and the search.
 *
 * Decided: while it moves, the search follows it (`preview`); where it ends goes into the address, which
 * starts the search that counts. The box in the hand wins over the one in the address.
 */

import { useCallback, useEffect, useState } from "react";
import type { Box } from "../api/types";
import { formatBox, isWhole, wireBox } from "./crop";

export interface Crop {
  box: Box | null;
  onChange: (box: Box) => void;
  onEnd: (box: Box) => void;
  reset: () => void;
}

export function useCrop(
  settled: Box | null,
  preview: (box: Box | null) => void,
  settle: (box: Box | null) => void,
): Crop {
  const [held, setHeld] = useState<Box | null>(null);
  const text = settled === null ? "" : formatBox(settled);
  useEffect(() => setHeld(null), [text]);
  const finish = useCallback(
    (box: Box | null) => {
      setHeld(box === null || isWhole(box) ? null : wireBox(box));
      settle(box);
    },
    [settle],
  );
  return {
    box: held ?? settled,
    onChange: (box) => {
      setHeld(box);
      preview(box);
    },
    onEnd: finish,
    reset: () => finish(null),
  };
}
