/* The server's sentences about an answer: "no object was found, so the whole picture was searched". */

import type { ReactNode } from "react";

export function Notes({ notes }: { notes: readonly string[] | undefined }): ReactNode {
  const said = [...new Set(notes ?? [])].filter(Boolean);
  if (said.length === 0) return null;
  return (
    <ul className="notes">
      {said.map((note) => (
        <li key={note}>{sentence(note)}</li>
      ))}
    </ul>
  );
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
