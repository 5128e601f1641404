/* How a picture is laid so that only a part of it shows.
 *
 * Decided: the part is shown whole in its own shape, bounded so that a thin object still has some room around
 * it; the picture is scaled and shifted in per cent, so it works at any size.
 */

import type { Box } from "../api/types";
import { clamp } from "../picture/crop";

export interface Cut {
  ratio: number;
  image: { width: string; left: string; top: string };
}

const FLAT = 2.2; // widest shape of a cut, and its tallest's inverse

/** `ratio`: width over height of the whole picture. */
export function cutOf(box: Box, ratio: number): Cut {
  const shown = roomy(box, ratio);
  return {
    ratio: (shown.width / shown.height) * ratio,
    image: {
      width: `${100 / shown.width}%`,
      left: `${(-shown.x / shown.width) * 100}%`,
      top: `${(-shown.y / shown.height) * 100}%`,
    },
  };
}

/** The box, grown where it is too thin, as far as the picture reaches. */
function roomy(box: Box, ratio: number): Box {
  const shape = (box.width / box.height) * ratio;
  const width = shape < 1 / FLAT ? Math.min(1, box.height / ratio / FLAT) : box.width;
  const height = shape > FLAT ? Math.min(1, (box.width * ratio) / FLAT) : box.height;
  return {
    x: clamp(box.x + (box.width - width) / 2, 0, 1 - width),
    y: clamp(box.y + (box.height - height) / 2, 0, 1 - height),
    width,
    height,
  };
}
