/* The short lines of `notices`, at the bottom. */

import type { ReactNode } from "react";
import { dismiss, useNotices } from "../app/notices";
import { Close } from "./icons";

export function Notices(): ReactNode {
  return (
    <div className="notices" role="alert">
      {useNotices().map((notice) => (
        <p key={notice.id} className="notice">
          <span>{notice.text}</span>
          <button
            type="button"
            className="round small"
            onClick={() => dismiss(notice.id)}
            aria-label="Dismiss"
          >
            <Close />
          </button>
        </p>
      ))}
    </div>
  );
}
