/* Addresses of what is not search: `/rate?plan=…`, `/labels?q=…`, `/label/<id>`. */

/** What is looked for among the labels; "" is everything. */
export interface LabelsChosen {
  q: string;
  kind: string;
  language: string;
  sort: string;
}

export type Place =
  | { view: "rate"; plan: string | null }
  | { view: "labels"; chosen: LabelsChosen }
  | { view: "label"; id: string };

export const EVERY_LABEL: LabelsChosen = { q: "", kind: "", language: "", sort: "" };

/** The place at an address, null where it is none of these. */
export function parsePlace(path: string, params: URLSearchParams): Place | null {
  if (path === "/rate") return { view: "rate", plan: params.get("plan") || null };
  if (path === "/labels") return { view: "labels", chosen: chosen(params) };
  const id = decoded(/^\/label\/([^/]+)\/?$/.exec(path)?.[1]);
  return id === null ? null : { view: "label", id };
}

export function formatPlace(place: Place): string {
  if (place.view === "label") return `/label/${encodeURIComponent(place.id)}`;
  const params = new URLSearchParams();
  if (place.view === "rate") {
    if (place.plan !== null) params.set("plan", place.plan);
  } else {
    for (const [name, value] of Object.entries(place.chosen)) if (value) params.set(name, value as string);
  }
  const query = params.toString();
  return query ? `/${place.view}?${query}` : `/${place.view}`;
}

export function labelPath(id: string): string {
  return formatPlace({ view: "label", id });
}

function chosen(params: URLSearchParams): LabelsChosen {
  const of = (name: string): string => params.get(name) ?? "";
  return { q: of("q"), kind: of("kind"), language: of("language"), sort: of("sort") };
}

function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}
