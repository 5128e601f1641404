/* A search as it is sent.
 *
 * Decided: an own picture goes as a form with the prepared file; everything else is JSON. `picture` is a
 * further picture of an item: the API crops only the first by item, so its thumbnail is sent instead.
 */

import { Refused } from "../api/client";
import { patiently } from "../api/patient";
import type { Box, SearchAnswer } from "../api/types";
import type { Subject } from "../app/routes";
import { wireBox } from "../picture/crop";
import { upload } from "../picture/uploads";
import { type Filters, wireFilter } from "./filters";

export type Wanted = Subject | { kind: "picture"; url: string };

export interface Ask {
  subject: Wanted;
  box: Box | null;
  filters: Filters;
  k: number;
}

const thumbnails = new Map<string, Promise<Blob>>();

export async function search(asked: Ask, signal: AbortSignal): Promise<SearchAnswer> {
  const { subject } = asked;
  const common = details(asked);
  if (subject.kind === "upload") return await post(form(own(subject.id), common), signal);
  if (subject.kind === "picture") return await post(form(await thumbnail(subject.url), common), signal);
  return await post({ ...common, ...named(subject) }, signal);
}

export function details(asked: Ask): Record<string, unknown> {
  const box = asked.subject.kind === "text" ? null : wireBox(asked.box);
  const filter = wireFilter(asked.filters);
  return { k: asked.k, ...(box === null ? {} : { box }), ...(filter === null ? {} : { filter }) };
}

export function named(subject: Subject): Record<string, string> {
  if (subject.kind === "text") return { text: subject.text };
  if (subject.kind === "item") return { item_id: subject.id };
  return subject.kind === "url" ? { url: subject.url } : {};
}

function own(id: string): Blob {
  const found = upload(id);
  if (!found)
    throw new Refused(404, "gone", "This picture was only in another browser tab. Choose it again.", null);
  return found.blob;
}

function form(image: Blob, common: object): FormData {
  const made = new FormData();
  made.set("query", JSON.stringify(common));
  made.set("image", image, "query.jpg");
  return made;
}

function post(body: FormData | object, signal: AbortSignal): Promise<SearchAnswer> {
  return patiently<SearchAnswer>("/v1/search", { body, signal });
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
