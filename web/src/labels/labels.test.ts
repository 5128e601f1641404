/* What is asked of the server is what was chosen. */

import { expect, it } from "vitest";
import { kindName, labelsPath } from "./labels";

it("asks for what was chosen only", () => {
  expect(labelsPath({ q: " ", kind: "", language: "", sort: "" }, 0)).toBe("/v1/labels?limit=24&offset=0");
  expect(labelsPath({ q: " a&b ", kind: "tail", language: "de", sort: "name" }, 48)).toBe(
    "/v1/labels?limit=24&offset=48&q=a%26b&kind=tail&language=de&sort=name",
  );
});

it("names the kinds, also those of tomorrow", () => {
  expect([kindName("head"), kindName("tail"), kindName("other")]).toEqual(["frequent", "rare, joined", "other"]);
});
