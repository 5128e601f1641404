/* A part of a picture, by itself. Decorative: what it shows is said beside it. */

import type { ReactNode } from "react";
import type { Box } from "../api/types";
import { cutOf } from "./cut";

export interface Whole {
  src: string;
  width: number;
  height: number;
}

export function Cut({ whole, box }: { whole: Whole; box: Box }): ReactNode {
  const { ratio, image } = cutOf(box, whole.width / whole.height);
  return (
    <span className="cut" style={{ aspectRatio: ratio }} aria-hidden="true">
      <img src={whole.src} alt="" style={image} draggable={false} />
    </span>
  );
}
