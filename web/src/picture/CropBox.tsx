/* A picture with the box of what is searched in it.
 *
 * Decided: the box is one stop for the keyboard: arrows move it, with shift they size it, Delete takes the
 * whole picture again. Objects that the server found are dots; a press takes the object's box.
 */

import { type KeyboardEvent, type ReactNode, useRef } from "react";
import type { Box, FoundObject } from "../api/types";
import { describe, type Handle, isWhole, middle, steered, WHOLE } from "./crop";
import { type Follow, useDrag } from "./useDrag";

const HANDLES: Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

interface Props extends Follow {
  src: string;
  alt: string;
  width: number;
  height: number;
  box: Box | null;
  objects?: FoundObject[];
}

export function CropBox({ src, alt, width, height, box, objects = [], onChange, onEnd }: Props): ReactNode {
  const stage = useRef<HTMLDivElement>(null);
  const follow = useDrag(stage, box, { onChange, onEnd });
  const whole = isWhole(box);
  const shown = box ?? WHOLE;

  const pressed = (event: KeyboardEvent): void => {
    const wanted = event.key === "Delete" || event.key === "Backspace" ? WHOLE : keyed(event);
    if (!wanted) return;
    event.preventDefault();
    onChange(wanted);
    onEnd(wanted);
  };
  const keyed = (event: KeyboardEvent): Box | null => {
    const from = whole && !event.shiftKey ? middle() : shown;
    return steered(from, event.key, event.shiftKey);
  };

  return (
    <div
      ref={stage}
      className={whole ? "crop whole" : "crop"}
      style={{ aspectRatio: `${width} / ${height}` }}
      {...follow}
    >
      <img src={src} alt={alt} draggable={false} />
      <div
        className="crop-box"
        style={{ left: per(shown.x), top: per(shown.y), width: per(shown.width), height: per(shown.height) }}
        data-grip="move"
        tabIndex={0}
        role="application"
        aria-roledescription="crop box"
        aria-label={`Part of the picture that is searched: ${describe(box)}. Arrow keys move it, shift with arrow keys sizes it, Delete takes the whole picture.`}
        onKeyDown={pressed}
      >
        {HANDLES.map((handle) => (
          <span key={handle} className={`grip ${handle}`} data-grip={handle} />
        ))}
      </div>
      {whole && objects.map((found) => <Dot key={found.object_id} found={found} onPick={onEnd} />)}
    </div>
  );
}

function Dot({ found, onPick }: { found: FoundObject; onPick: (box: Box) => void }): ReactNode {
  const { x, y, width, height } = found.box;
  const name = found.category ?? "object";
  return (
    <button
      type="button"
      className="object-dot"
      style={{ left: per(x + width / 2), top: per(y + height / 2) }}
      onClick={() => onPick(found.box)}
      aria-label={`Search this ${name}`}
    >
      <span className="object-name">{name}</span>
    </button>
  );
}

function per(share: number): string {
  return `${share * 100}%`;
}
