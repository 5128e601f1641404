/* A search as it is sent, to the product that answers it best.
 *
 * Decided: words go to the plain search; a part of a picture to the flashlight; an own picture to the lens,
 * and once its results are narrowed to the flashlight too, since the lens knows no chips; everything else to
 * "similar". A server without discovery is asked the plain search for all of it. An own picture goes as a form
 * with the prepared file, everything else as JSON.
 */

import { type There, whatIsThere } from "../api/discovery";
import { Refused } from "../api/client";
import { patiently } from "../api/patient";
import type { Box, SearchAnswer } from "../api/types";
import type { Subject } from "../app/routes";
import { isPlain, type Look, wireArrange } from "../discover/look";
import { wireBox } from "../picture/crop";
import { upload } from "../picture/uploads";
import { type Filters, wireFilter } from "./filters";

export interface Ask {
  subject: Subject;
  box: Box | null;
  filters: Filters;
  look?: Look | undefined;
  k: number;
}

export type Product = "search" | "lens" | "flashlight" | "similar";

const thumbnails = new Map<string, Promise<Blob>>();

export async function search(asked: Ask, signal: AbortSignal): Promise<SearchAnswer> {
  const product = productOf(asked, await whatIsThere());
  const plain = product === "search";
  const body = await bodyOf(asked.subject, details(asked, product), plain);
  return await patiently<SearchAnswer>(`/v1/${product}`, { body, signal });
}

export function productOf(asked: Omit<Ask, "k" | "filters">, there: There | null): Product {
  if (asked.subject.kind === "text" || there === null) return "search";
  if (wireBox(asked.box) !== null) return "flashlight";
  const own = asked.subject.kind === "upload" || asked.subject.kind === "url";
  if (!own) return "similar";
  return isPlain(asked.look) ? "lens" : "flashlight";
}

export function details(asked: Ask, product: Product): Record<string, unknown> {
  const box = asked.subject.kind === "text" ? null : wireBox(asked.box);
  const filter = wireFilter(asked.filters);
  const arranged = product === "flashlight" || product === "similar";
  return {
    k: asked.k,
    ...(box === null ? {} : { box }),
    ...(filter === null ? {} : { filter }),
    ...(arranged ? { arrange: wireArrange(asked.look) } : {}),
    ...(product === "flashlight" ? { dots: false } : {}),
  };
}

/** A picture with the rest of the question. `plain`: for a server that knows no pictures by id. */
export async function bodyOf(
  subject: Subject,
  rest: Record<string, unknown>,
  plain = false,
): Promise<FormData | object> {
  if (subject.kind === "upload") return form(own(subject.id), rest);
  if (subject.kind === "image" && plain) return form(await thumbnail(picturePath(subject.id)), rest);
  return { ...rest, ...named(subject) };
}

export function named(subject: Subject): Record<string, string> {
  if (subject.kind === "text") return { text: subject.text };
  if (subject.kind === "item") return { item_id: subject.id };
  if (subject.kind === "image") return { image_id: subject.id };
  return subject.kind === "url" ? { url: subject.url } : {};
}

export function picturePath(imageId: string): string {
  return `/v1/pictures/${encodeURIComponent(imageId)}`;
}

function own(id: string): Blob {
  const found = upload(id);
  if (!found)
    throw new Refused(404, "gone", "This picture was only in another browser tab. Choose it again.", null);
  return found.blob;
}

function form(image: Blob, rest: object): FormData {
  const made = new FormData();
  made.set("query", JSON.stringify(rest));
  made.set("image", image, "query.jpg");
  return made;
}

function thumbnail(url: string): Promise<Blob> {
  const known = thumbnails.get(url) ?? fetched(`${url}?side=640`);
  thumbnails.set(url, known);
  known.catch(() => thumbnails.delete(url));
  return known;
}

async function fetched(url: string): Promise<Blob> {
  const answer = await fetch(url);
  if (!answer.ok)
    throw new Refused(answer.status, "error", "This picture cannot be had from the server.", null);
  return await answer.blob();
}
