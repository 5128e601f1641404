/* One calm line when the server is slow, busy or away; it goes by itself when all is well again. */

import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { current, retryNow, subscribe, type Trouble } from "../api/status";

const WORDS: Record<Trouble, string> = {
  down: "The server cannot be reached. Trying again by itself.",
  busy: "The server is busy. Your search waits for its turn.",
  fault: "The server stumbled over this. Trying again.",
  slow: "This takes longer than usual.",
};
const BACK = "The server is back.";
const SHOWN = 2500;

export function ServerLine(): ReactNode {
  const { trouble, restored } = useSyncExternalStore(subscribe, current);
  const back = useBriefly(restored);
  const text = trouble ? WORDS[trouble] : back ? BACK : "";
  return (
    <div
      className={`server-line ${trouble ?? "back"}`}
      role="status"
      data-shown={text !== ""}
      data-trouble={trouble ?? ""}
    >
      <span className="dot" />
      <span>{text}</span>
      {trouble === "down" && (
        <button type="button" className="plain" onClick={retryNow}>
          Try now
        </button>
      )}
    </div>
  );
}

function useBriefly(count: number): boolean {
  const before = useRef(count);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (count === before.current) return;
    before.current = count;
    setShown(true);
    const timer = setTimeout(() => setShown(false), SHOWN);
    return () => clearTimeout(timer);
  }, [count]);
  return shown;
}
