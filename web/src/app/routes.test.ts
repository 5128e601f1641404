/* Addresses say what is shown, and nothing else. */

import { expect, it } from "vitest";
import { formatRoute, isAddress, itemPath, parseRoute, type Route, typed } from "./routes";

function again(route: Route): Route {
  const [path, query = ""] = formatRoute(route).split("?");
  return parseRoute(path!, query);
}

const BOX = { x: 0.1, y: 0.2, width: 0.5, height: 0.25 };

it("pass through the address bar unchanged", () => {
  const routes: Route[] = [
    { view: "home", filters: {} },
    { view: "home", filters: { colour: { kind: "any", values: ["red"] } } },
    { view: "search", subject: { kind: "text", text: "red shoes & 50% off?" }, box: null, filters: {} },
    {
      view: "search",
      subject: { kind: "item", id: "a/b c#d" },
      box: BOX,
      filters: { handmade: { kind: "flag" } },
    },
    {
      view: "search",
      subject: { kind: "url", url: "https://example.org/a.jpg?x=1&y=2#z" },
      box: null,
      filters: {},
    },
    { view: "search", subject: { kind: "upload", id: "k3j" }, box: BOX, filters: {} },
    { view: "item", id: "ä/../1?2", picture: 0, box: null },
    { view: "item", id: "item-1", picture: 2, box: BOX },
  ];
  for (const route of routes) expect(again(route)).toEqual(route);
});

it("fall back to the catalogue, or say that they are lost", () => {
  expect(parseRoute("/search", "")).toEqual({ view: "home", filters: {} });
  expect(parseRoute("/search", "q=%20")).toEqual({ view: "home", filters: {} });
  expect(parseRoute("/elsewhere", "")).toEqual({ view: "lost" });
  expect(parseRoute("/item/%E0%A4%A", "")).toEqual({ view: "lost" });
  expect(parseRoute("/item/a", "picture=-3&box=nonsense")).toEqual({
    view: "item",
    id: "a",
    picture: 0,
    box: null,
  });
});

it("encode an id so that it stays one step of the path", () => {
  expect(itemPath("a/b")).toBe("/item/a%2Fb");
});

it("tell words from a picture's address", () => {
  expect(typed(" red shoes ")).toEqual({ kind: "text", text: "red shoes" });
  expect(typed("https://example.org/a.jpg")).toEqual({ kind: "url", url: "https://example.org/a.jpg" });
  expect(typed("   ")).toBeNull();
  for (const no of ["javascript:alert(1)", "ftp://a.b/c", "https://", "see https://a.b/c", "https://a b"])
    expect(isAddress(no)).toBe(false);
});
