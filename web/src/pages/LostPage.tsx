/* An address that means nothing here. */

import type { ReactNode } from "react";
import { useTitle } from "../app/title";
import { Link } from "../ui/Link";
import { State } from "../ui/State";

export function LostPage(): ReactNode {
  useTitle("Not found");
  return (
    <>
      <h1 className="unseen" tabIndex={-1}>
        Not found
      </h1>
      <State title="There is nothing at this address">
        <p>
          <Link href="/">Go to the start page</Link>
        </p>
      </State>
    </>
  );
}
