/* What another order than that of likeness cost, as a sentence; none where it cost nothing that shows. */

import type { SearchAnswer } from "../api/types";

export function costOf(effect: SearchAnswer["effect"]): string[] {
  if (!effect || effect.score_before <= 0) return [];
  const lost = Math.round(100 * (1 - effect.score_after / effect.score_before));
  return lost > 0 ? [`In this order the results are ${lost} % less alike on average.`] : [];
}
