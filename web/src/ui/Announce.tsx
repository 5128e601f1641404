/* What a screen reader is told without moving there: the number of results, the state of the server. */

import { type ReactNode, useEffect, useState } from "react";

const SETTLED = 500;

/** `text` is read out when it has stood still for half a second. */
export function Announce({ text }: { text: string }): ReactNode {
  const [told, setTold] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setTold(text), SETTLED);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p className="unseen" role="status" aria-live="polite">
      {told}
    </p>
  );
}
