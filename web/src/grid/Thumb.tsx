/* A picture of the catalogue at the size it is shown, with a quiet tint until it is there.
 *
 * Decided: the smallest of the server's sides that is sharp enough here. A picture that failed is asked for
 * again twice, and once more whenever the server is back after it was away.
 */

import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { current, subscribe } from "../api/status";
import type { Picture } from "../api/types";

export const SIDES = [160, 320, 640, 1024] as const;
const TRIES = 2;
const PAUSE = 1500;

interface Props {
  picture: Picture;
  alt: string;
  shown: number;
  eager?: boolean;
}

export function Thumb({ picture, alt, shown, eager = false }: Props): ReactNode {
  const { restored } = useSyncExternalStore(subscribe, current);
  const [state, setState] = useState<"loading" | "there" | "failed">("loading");
  const [round, setRound] = useState(0);
  const again = (): void => {
    setState("loading");
    setRound((count) => count + 1);
  };
  useEffect(() => {
    if (state === "failed") again();
  }, [restored]);
  useEffect(() => {
    if (state !== "failed" || round >= TRIES) return;
    const timer = setTimeout(again, PAUSE * 2 ** round);
    return () => clearTimeout(timer);
  }, [state, round]);
  return (
    <img
      key={round}
      className={`thumb ${state}`}
      src={source(picture, shown)}
      alt={alt}
      loading={eager ? "eager" : "lazy"}
      decoding="async"
      draggable={false}
      onLoad={() => setState("there")}
      onError={() => setState("failed")}
    />
  );
}

export function source(picture: Picture, shown: number): string {
  return `${picture.url}?side=${sideFor(shown * Math.min(devicePixelRatio || 1, 2))}`;
}

/** A tenth too small is not seen, and often saves the next size. */
export function sideFor(pixels: number): number {
  return SIDES.find((side) => side >= pixels * 0.9) ?? SIDES[SIDES.length - 1]!;
}

/** A quiet colour of its own for each picture. */
export function tint(imageId: string): string {
  return `hsl(${(Number.parseInt(imageId.slice(0, 4), 16) || 0) % 360} 22% var(--tint))`;
}
