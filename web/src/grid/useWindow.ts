/* How wide a box is, and which part of it the window shows.
 *
 * Decided: the width that a grid had is taken as the first guess of the next one, so that coming back needs
 * no second layout. What is shown changes state only in steps, not with every pixel of scrolling.
 */

import { type RefObject, useLayoutEffect, useState } from "react";

const STEP = 300;
const widths = new Map<string, number>();

export function useWidth(box: RefObject<HTMLElement | null>, name: string): number {
  const guess = widths.get(`${name} ${innerWidth}`) ?? 0;
  const [width, setWidth] = useState(guess);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => {
      widths.set(`${name} ${innerWidth}`, element.clientWidth);
      setWidth(element.clientWidth);
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    measure();
    return () => watcher.disconnect();
  }, [box, name]);
  return width;
}

export interface Shown {
  from: number;
  to: number;
}

/** The heights of the box that are in the window, with a margin of `ahead` windows on both sides. */
export function useShown(box: RefObject<HTMLElement | null>, ahead = 1.2): Shown {
  const [shown, setShown] = useState<Shown>({ from: 0, to: innerHeight * 2.5 });
  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      const from = Math.floor((top - innerHeight * ahead) / STEP) * STEP;
      const to = Math.ceil((top + innerHeight * (1 + ahead)) / STEP) * STEP;
      setShown((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [box, ahead]);
  return shown;
}
