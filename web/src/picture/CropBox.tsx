/* A picture with the box of what is searched in it.
 *
 * Decided: the box is one stop for the keyboard: arrows move it, with shift they size it, Delete takes the
 * whole picture again. Objects that the server found are dots; a press on one, or a tap within it, takes its box.
 */

import { type KeyboardEvent, type ReactNode, useRef } from "react";
import type { Part } from "../api/discovery";
import type { Box } from "../api/types";
import { Dots } from "../dots/Dots";
import { placed, tapped } from "../dots/parts";
import { describe, type Handle, isWhole, middle, steered, WHOLE } from "./crop";
import { type Follow, useDrag } from "./useDrag";

const HANDLES: Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

interface Props extends Follow {
  src: string;
  alt: string;
  width: number;
  height: number;
  box: Box | null;
  objects?: Part[];
  lit?: Box | null;
}

type Given = Omit<Props, "onTap">;

export function CropBox(given: Given): ReactNode {
  const { src, alt, width, height, box, objects = [], lit = null, onChange, onEnd } = given;
  const stage = useRef<HTMLDivElement>(null);
  const onTap = (x: number, y: number): Box | null => tapped(objects, x, y)?.box ?? null;
  const follow = useDrag(stage, box, { onChange, onEnd, onTap });
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
        style={placed(shown)}
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
      <Dots parts={objects} taken={whole ? null : box} lit={lit} onPick={onEnd} />
    </div>
  );
}
