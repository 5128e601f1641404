/* A link inside the page: an ordinary one, that does not reload the page when it is simply followed. */

import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { navigate } from "../app/history";

export function Link({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }): ReactNode {
  const followed = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={followed} {...rest} />;
}
