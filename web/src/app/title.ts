/* The title of the window. */

import { useEffect } from "react";

export function useTitle(text: string): void {
  useEffect(() => {
    document.title = text ? `${text} · saccade` : "saccade";
  }, [text]);
}
