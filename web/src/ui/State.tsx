/* What stands where results would: nothing found, nothing there, an error with its words. */

import type { ReactNode } from "react";
import { Refused } from "../api/client";

interface Props {
  title: string;
  children?: ReactNode;
}

export function State({ title, children }: Props): ReactNode {
  return (
    <div className="state">
      <svg viewBox="0 0 120 60" aria-hidden="true" focusable="false">
        <path d="M14 44C30 4 84 4 98 30" />
        <circle className="full" cx="14" cy="46" r="5" />
        <circle cx="100" cy="40" r="9" />
      </svg>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again: () => void }): ReactNode {
  const refused = error instanceof Refused;
  const ours = refused && error.status < 500;
  return (
    <State
      title={
        refused && error.status === 404
          ? "This is not here"
          : ours
            ? "That did not work"
            : "The server could not answer this"
      }
    >
      <p>{refused ? sentence(error.message) : "Something unexpected happened on this page."}</p>
      {!ours && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </State>
  );
}

function sentence(text: string): string {
  const first = /^[a-z]+[ ,:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
