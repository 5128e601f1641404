/* What somebody chose, pasted or dropped: a picture, or a picture's address.
 *
 * Decided: a file wins over an address, since it needs no fetching; of a dropped piece of a page, the picture's
 * address wins over the link around it.
 */

import { isAddress } from "../app/routes";

export type Brought = { file: File } | { url: string } | null;

export function brought(data: DataTransfer): Brought {
  const files = [...data.files];
  const file = files.find((one) => one.type.startsWith("image/")) ?? files[0];
  if (file) return { file };
  const url =
    pictureIn(data.getData("text/html")) ??
    address(data.getData("text/uri-list")) ??
    address(data.getData("text/plain"));
  return url === null ? null : { url };
}

export function carries(data: DataTransfer): boolean {
  return ["Files", "text/uri-list", "text/html"].some((kind) => data.types.includes(kind));
}

/** The address of the first picture in a piece of HTML. */
export function pictureIn(html: string): string | null {
  const found = /<img\b[^>]*?\bsrc\s*=\s*["']([^"']+)["']/i.exec(html);
  return found?.[1] ? address(found[1].replaceAll("&amp;", "&")) : null;
}

function address(text: string): string | null {
  const line = text.split(/\r?\n/).find((one) => one && !one.startsWith("#")) ?? "";
  return isAddress(line) ? line.trim() : null;
}
