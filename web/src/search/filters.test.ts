/* Filters: in the address, over the wire, as words. */

import { expect, it } from "vitest";
import {
  activeOf,
  chosen,
  type Filters,
  human,
  readFilters,
  toggled,
  whereTexts,
  wireFilter,
  writeFilters,
} from "./filters";

const FILTERS: Filters = {
  colour: { kind: "any", values: ["red", "navy & white"] },
  price: { kind: "range", least: 5, most: null },
  handmade: { kind: "flag" },
};

it("pass through an address unchanged", () => {
  const params = new URLSearchParams();
  writeFilters(FILTERS, params);
  expect(readFilters(new URLSearchParams(params.toString()))).toEqual(FILTERS);
});

it("read nothing from what they do not know", () => {
  expect(readFilters(new URLSearchParams("q=a&is.=x&is.colour=&in.price=a..b&other.x=1"))).toEqual({});
});

it("are one condition, or all of several, over the wire", () => {
  expect(wireFilter({})).toBeNull();
  expect(wireFilter({ handmade: { kind: "flag" } })).toEqual({ field: "handmade", equals: true });
  expect(wireFilter(FILTERS)).toEqual({
    all: [
      { field: "colour", any_of: ["red", "navy & white"] },
      { field: "handmade", equals: true },
      { field: "price", at_least: 5 },
    ],
  });
});

it("are conditions in words for listings", () => {
  expect(whereTexts(FILTERS)).toEqual(["colour in red,navy & white", "handmade=true", "price>=5"]);
  expect(whereTexts({ colour: { kind: "any", values: ["a, b"] } })).toEqual(["colour=a, b"]);
});

it("can be taken away one by one", () => {
  const active = activeOf(FILTERS);
  expect(active.map((one) => one.label)).toEqual(["red", "navy & white", "Price from 5", "Handmade"]);
  expect(active[0]!.without["colour"]).toEqual({ kind: "any", values: ["navy & white"] });
  expect(active[2]!.without["price"]).toBeUndefined();
});

it("go when nothing of them is left", () => {
  expect(toggled({ colour: { kind: "any", values: ["red"] } }, "colour", "red")).toEqual({});
  expect(chosen(FILTERS, "price", { kind: "range", least: null, most: null })["price"]).toBeUndefined();
});

it("have names for people", () => {
  expect(human("base_colour")).toBe("Base colour");
});
