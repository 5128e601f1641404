/* Dots on the objects of a picture, with the outline of the one that is pointed at.
 *
 * Decided: a dot is a button with the object's name and chance; a press takes the object's box. The object
 * that is searched has no dot, since its box is there. `lit`: a box that something else points at.
 */

import { type ReactNode, useState } from "react";
import type { Part } from "../api/discovery";
import type { Box } from "../api/types";
import { partName, per, placed, sameBox } from "./parts";

interface Props {
  parts: Part[];
  taken: Box | null;
  lit: Box | null;
  onPick: (box: Box) => void;
}

export function Dots({ parts, taken, lit, onPick }: Props): ReactNode {
  const [over, setOver] = useState<Box | null>(null);
  const shown = parts.filter((part) => !sameBox(part.box, taken));
  const outline = lit ?? (shown.some((part) => part.box === over) ? over : null);
  return (
    <>
      {outline && <span className="part-outline" style={placed(outline)} aria-hidden="true" />}
      {shown.map((part, index) => (
        <button
          key={part.object_id ?? `${part.category} ${index}`}
          type="button"
          className={taken ? "object-dot small" : "object-dot"}
          style={{
            left: per(part.box.x + part.box.width / 2),
            top: per(part.box.y + part.box.height / 2),
            animationDelay: `${index * 45}ms`,
          }}
          onClick={() => onPick(part.box)}
          onPointerEnter={() => setOver(part.box)}
          onPointerLeave={() => setOver(null)}
          onFocus={() => setOver(part.box)}
          onBlur={() => setOver(null)}
          aria-label={`Search this ${partName(part)}`}
        >
          <span className={`object-name ${side(part.box)}`} aria-hidden="true">
            {part.category || "object"}
          </span>
        </button>
      ))}
    </>
  );
}

/** Names near an edge of the picture open towards its middle. */
function side(box: Box): string {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return `${x < 0.15 ? "right" : x > 0.85 ? "left" : ""} ${y < 0.12 ? "below" : ""}`.trim();
}
