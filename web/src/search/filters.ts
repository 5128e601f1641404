/* What is filtered by: as the page holds it, in the address, and in the two forms of the API.
 *
 * Decided: an address says the kind with the field (`is.colour=red`, `in.price=5..20`, `has.handmade=yes`), so
 * that it can be read before the server has told its fields. All fields hold together; the values of one are
 * alternatives.
 */

import type { WireFilter } from "../api/types";

export type Choice =
  | { kind: "any"; values: string[] }
  | { kind: "range"; least: number | null; most: number | null }
  | { kind: "flag" };
export type Filters = Record<string, Choice>;

export function readFilters(params: URLSearchParams): Filters {
  const found: Filters = {};
  for (const [name, value] of params) {
    const [kind, field] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
    if (!name.includes(".") || !field) continue;
    if (kind === "is" && value) found[field] = withValue(found[field], value);
    else if (kind === "in") Object.assign(found, range(field, value));
    else if (kind === "has") found[field] = { kind: "flag" };
  }
  return found;
}

function withValue(choice: Choice | undefined, value: string): Choice {
  const values = choice?.kind === "any" ? choice.values : [];
  return { kind: "any", values: values.includes(value) ? values : [...values, value] };
}

function range(field: string, text: string): Filters {
  const [low, high] = text.split("..");
  const least = bound(low);
  const most = bound(high);
  return least === null && most === null ? {} : { [field]: { kind: "range", least, most } };
}

function bound(text: string | undefined): number | null {
  const value = Number(text);
  return text && Number.isFinite(value) ? value : null;
}

export function writeFilters(filters: Filters, params: URLSearchParams): void {
  for (const field of Object.keys(filters).sort()) {
    const choice = filters[field]!;
    if (choice.kind === "any") for (const value of choice.values) params.append(`is.${field}`, value);
    else if (choice.kind === "range")
      params.set(`in.${field}`, `${choice.least ?? ""}..${choice.most ?? ""}`);
    else params.set(`has.${field}`, "yes");
  }
}

/** The same filters with one field's choice; an empty choice removes it. */
export function chosen(filters: Filters, field: string, choice: Choice | null): Filters {
  const { [field]: _, ...others } = filters;
  const empty =
    choice === null ||
    (choice.kind === "any" && choice.values.length === 0) ||
    (choice.kind === "range" && choice.least === null && choice.most === null);
  return empty ? others : { ...others, [field]: choice };
}

export function toggled(filters: Filters, field: string, value: string): Filters {
  const choice = filters[field];
  const values = choice?.kind === "any" ? choice.values : [];
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return chosen(filters, field, { kind: "any", values: next });
}

/** For `POST /v1/search`. */
export function wireFilter(filters: Filters): WireFilter | null {
  const parts = Object.keys(filters)
    .sort()
    .map((field) => part(field, filters[field]!));
  return parts.length > 1 ? { all: parts } : (parts[0] ?? null);
}

function part(field: string, choice: Choice): WireFilter {
  if (choice.kind === "any") return { field, any_of: choice.values };
  if (choice.kind === "flag") return { field, equals: true };
  return {
    field,
    ...(choice.least === null ? {} : { at_least: choice.least }),
    ...(choice.most === null ? {} : { at_most: choice.most }),
  };
}

/** For `GET /v1/items?where=…`, in the text form of the command line. */
export function whereTexts(filters: Filters): string[] {
  return Object.keys(filters)
    .sort()
    .flatMap((field) => texts(field, filters[field]!));
}

function texts(field: string, choice: Choice): string[] {
  if (choice.kind === "flag") return [`${field}=true`];
  if (choice.kind === "any") {
    return choice.values.length === 1
      ? [`${field}=${choice.values[0]}`]
      : [`${field} in ${choice.values.join(",")}`];
  }
  const low = choice.least === null ? [] : [`${field}>=${choice.least}`];
  return choice.most === null ? low : [...low, `${field}<=${choice.most}`];
}

/** Each thing that can be taken away by itself, in words. */
export interface Active {
  field: string;
  label: string;
  without: Filters;
}

export function activeOf(filters: Filters): Active[] {
  return Object.entries(filters).flatMap(([field, choice]) => {
    if (choice.kind === "any") {
      return choice.values.map((value) => ({ field, label: value, without: toggled(filters, field, value) }));
    }
    const label =
      choice.kind === "flag" ? human(field) : `${human(field)} ${rangeText(choice.least, choice.most)}`;
    return [{ field, label, without: chosen(filters, field, null) }];
  });
}

export function rangeText(least: number | null, most: number | null): string {
  if (least === null) return `up to ${most}`;
  return most === null ? `from ${least}` : `${least} to ${most}`;
}

/** A field's name for people: `base_colour` is "Base colour". */
export function human(field: string): string {
  const words = field.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
