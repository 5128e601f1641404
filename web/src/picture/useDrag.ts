/* Pointer, touch and pen on the crop box, as boxes.
 *
 * Decided: pointer events with capture. A handle resizes, the box moves, elsewhere (and anywhere while the
 * whole picture is searched) a new box is drawn. A finger on the whole picture scrolls the page as anywhere
 * else, so there a tap sets a box to begin with, and corners can be pulled. A tap or a click on an object
 * takes the object's box (`onTap`).
 */

import { type PointerEvent, type RefObject, useRef } from "react";
import type { Box } from "../api/types";
import { around, clamp, drawn, type Handle, isWhole, type Least, moved, resized, WHOLE } from "./crop";

const SLOP = 4; // pixels before a press is a drag
const FINGER = 28; // pixels, the smallest side of a box

interface Drag {
  how: Handle | "move" | "draw";
  box: Box;
  x: number;
  y: number;
  finger: boolean;
  begun: boolean;
  last: Box;
}

export interface Follow {
  onChange: (box: Box) => void;
  onEnd: (box: Box) => void;
  onTap?: (x: number, y: number) => Box | null;
}

export function useDrag(
  stage: RefObject<HTMLElement | null>,
  box: Box | null,
  { onChange, onEnd, onTap }: Follow,
) {
  const drag = useRef<Drag | null>(null);

  const onPointerDown = (event: PointerEvent): void => {
    if (
      event.button !== 0 ||
      !stage.current ||
      !(event.target instanceof Element) ||
      event.target.closest("button")
    )
      return;
    const grip = event.target.closest<HTMLElement>("[data-grip]")?.dataset["grip"];
    const how = (
      isWhole(box) && (grip === undefined || grip === "move") ? "draw" : (grip ?? "draw")
    ) as Drag["how"];
    const start = box ?? WHOLE;
    const finger = event.pointerType === "touch" && how === "draw";
    drag.current = { how, box: start, x: event.clientX, y: event.clientY, finger, begun: false, last: start };
    stage.current.setPointerCapture(event.pointerId);
  };

  const onPointerMove = (event: PointerEvent): void => {
    const now = drag.current;
    const frame = stage.current?.getBoundingClientRect();
    if (!now || !frame) return;
    const [dx, dy] = [event.clientX - now.x, event.clientY - now.y];
    if (!now.begun && Math.hypot(dx, dy) < SLOP) return;
    now.begun = true;
    if (now.finger) return;
    now.last = followed(now, dx, dy, frame);
    onChange(now.last);
  };

  const onPointerUp = (): void => {
    const now = drag.current;
    const frame = stage.current?.getBoundingClientRect();
    drag.current = null;
    if (now?.begun && !now.finger) onEnd(now.last);
    if (!now || now.begun || !frame || now.how !== "draw") return;
    const [x, y] = [(now.x - frame.left) / frame.width, (now.y - frame.top) / frame.height];
    const found = onTap?.(x, y) ?? (now.finger ? around(x, y) : null);
    if (found) onEnd(found);
  };

  const onPointerCancel = (): void => {
    const now = drag.current;
    drag.current = null;
    if (now?.begun && !now.finger) onEnd(now.last);
  };

  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel };
}

function followed(drag: Drag, dx: number, dy: number, frame: DOMRect): Box {
  const least: Least = {
    width: clamp(FINGER / frame.width, 0.02, 1),
    height: clamp(FINGER / frame.height, 0.02, 1),
  };
  const [x, y] = [dx / frame.width, dy / frame.height];
  if (drag.how === "move") return moved(drag.box, x, y);
  if (drag.how !== "draw") return resized(drag.box, drag.how, x, y, least);
  const [ax, ay] = [(drag.x - frame.left) / frame.width, (drag.y - frame.top) / frame.height];
  return drawn(ax, ay, ax + x, ay + y, least);
}
