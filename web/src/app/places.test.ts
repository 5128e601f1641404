/* Addresses of labels and rating say what is shown, and nothing else. */

import { expect, it } from "vitest";
import { formatPlace, parsePlace, type Place } from "./places";
import { formatRoute, parseRoute } from "./routes";

const PLACES: Place[] = [
  { view: "rate", plan: null },
  { view: "rate", plan: "main 2" },
  { view: "labels", chosen: { q: "", kind: "", language: "", sort: "" } },
  { view: "labels", chosen: { q: "tea & cup", kind: "tail", language: "de", sort: "name" } },
  { view: "label", id: "label-1/2 ä?#" },
];

it("pass through the address bar unchanged", () => {
  for (const place of PLACES) {
    const [path, query = ""] = formatPlace(place).split("?");
    expect(parsePlace(path!, new URLSearchParams(query))).toEqual(place);
    expect(parseRoute(path!, query)).toEqual(place);
    expect(formatRoute(place)).toBe(formatPlace(place));
  }
});

it("are none of these elsewhere", () => {
  for (const path of ["/", "/item/a", "/label", "/label/", "/rates", "/label/%E0%A4%A"])
    expect(parsePlace(path, new URLSearchParams())).toBeNull();
});
