/* Addresses of the page and what they mean.
 *
 * Decided: `/` is the catalogue, `/search?…` a search, `/item/<id>` an item. What can be shared is in the
 * address: words, item, picture, crop box, filters, chips, colour. An uploaded picture stays in this browser
 * tab, so its address (`upload=…`) works there only.
 */

import type { Box } from "../api/types";
import { type Look, readLook, writeLook } from "../discover/look";
import { formatPlace, parsePlace, type Place } from "./places";
import { formatBox, isWhole, parseBox } from "../picture/crop";
import { type Filters, readFilters, writeFilters } from "../search/filters";

export type Subject =
  | { kind: "text"; text: string }
  | { kind: "item"; id: string }
  | { kind: "image"; id: string }
  | { kind: "url"; url: string }
  | { kind: "upload"; id: string };

/** What is shown of a picture: things like it, things for each object in it, scenes with it. */
export type Show = "shop" | "scenes";

export type Route =
  | { view: "home"; filters: Filters }
  | { view: "search"; subject: Subject; box: Box | null; filters: Filters; look?: Look; show?: Show }
  | { view: "item"; id: string; picture: number; box: Box | null; look?: Look }
  | Place
  | { view: "lost" };

export function parseRoute(path: string, query: string): Route {
  const params = new URLSearchParams(query);
  if (path === "/") return { view: "home", filters: readFilters(params) };
  if (path === "/search") return search(params);
  const place = parsePlace(path, params);
  if (place !== null) return place;
  const item = /^\/item\/([^/]+)\/?$/.exec(path);
  const id = item?.[1] === undefined ? null : decoded(item[1]);
  if (id === null) return { view: "lost" };
  const picture = Math.max(0, Math.trunc(Number(params.get("picture")) || 1) - 1);
  return { view: "item", id, picture, box: parseBox(params.get("box")), ...looked(params) };
}

function search(params: URLSearchParams): Route {
  const subject = subjectOf(params);
  const filters = readFilters(params);
  if (subject === null) return { view: "home", filters };
  const shown = params.get("show");
  const show = shown === "shop" || shown === "scenes" ? { show: shown as Show } : {};
  return { view: "search", subject, box: parseBox(params.get("box")), filters, ...looked(params), ...show };
}

function looked(params: URLSearchParams): { look?: Look } {
  const look = readLook(params);
  return look ? { look } : {};
}

function subjectOf(params: URLSearchParams): Subject | null {
  const names = ["q", "item", "image", "url", "upload"];
  const [text, id, image, url, upload] = names.map((name) => params.get(name)?.trim());
  if (text) return { kind: "text", text };
  if (id) return { kind: "item", id };
  if (image) return { kind: "image", id: image };
  if (url) return { kind: "url", url };
  return upload ? { kind: "upload", id: upload } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export function formatRoute(route: Route): string {
  const params = new URLSearchParams();
  if (route.view === "lost") return "/";
  if (route.view === "rate" || route.view === "labels" || route.view === "label") return formatPlace(route);
  if (route.view === "item") {
    if (route.picture > 0) params.set("picture", String(route.picture + 1));
    writeLook(route.look, params);
    return address(`/item/${encodeURIComponent(route.id)}`, params, route.box);
  }
  if (route.view === "search") subjectInto(route.subject, params);
  if (route.view === "search" && route.show) params.set("show", route.show);
  writeFilters(route.filters, params);
  if (route.view === "search") writeLook(route.look, params);
  return address(route.view === "home" ? "/" : "/search", params, route.view === "search" ? route.box : null);
}

function subjectInto(subject: Subject, params: URLSearchParams): void {
  if (subject.kind === "text") params.set("q", subject.text);
  else if (subject.kind === "item") params.set("item", subject.id);
  else if (subject.kind === "image") params.set("image", subject.id);
  else if (subject.kind === "url") params.set("url", subject.url);
  else params.set("upload", subject.id);
}

function address(path: string, params: URLSearchParams, box: Box | null): string {
  if (box !== null && !isWhole(box)) params.set("box", formatBox(box));
  const query = params.toString().replaceAll("%2C", ",");
  return query ? `${path}?${query}` : path;
}

export function itemPath(id: string): string {
  return formatRoute({ view: "item", id, picture: 0, box: null });
}

export function similarPath(id: string): string {
  return formatRoute({ view: "search", subject: { kind: "item", id }, box: null, filters: {} });
}

/** What somebody typed or pasted, as a search: one http address is a picture's, everything else words. */
export function typed(text: string): Subject | null {
  const trimmed = text.trim();
  if (!trimmed) return null;
  return isAddress(trimmed) ? { kind: "url", url: trimmed } : { kind: "text", text: trimmed };
}

export function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]+\.?[^\s]*$/i.test(text.trim());
}
