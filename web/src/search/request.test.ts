/* Each search goes to the product that answers it best. */

import { expect, it } from "vitest";
import type { There } from "../api/discovery";
import type { Subject } from "../app/routes";
import { PLAIN } from "../discover/look";
import { bodyOf, details, productOf } from "./request";

const THERE: There = {
  detector: null,
  objects: false,
  colours: false,
  annotations: false,
  labels: false,
  complete: false,
  tasks: {},
  spread: [],
};
const ITEM: Subject = { kind: "item", id: "a" };
const UPLOAD: Subject = { kind: "upload", id: "u" };
const BOX = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 };

it("chooses by what is asked", () => {
  expect(productOf({ subject: { kind: "text", text: "a" }, box: BOX }, THERE)).toBe("search");
  expect(productOf({ subject: ITEM, box: null }, null)).toBe("search");
  expect(productOf({ subject: ITEM, box: null }, THERE)).toBe("similar");
  expect(productOf({ subject: ITEM, box: BOX }, THERE)).toBe("flashlight");
  expect(productOf({ subject: UPLOAD, box: null }, THERE)).toBe("lens");
  expect(productOf({ subject: UPLOAD, box: BOX }, THERE)).toBe("flashlight");
  expect(productOf({ subject: UPLOAD, box: null, look: { ...PLAIN, colour: "red" } }, THERE)).toBe(
    "flashlight",
  );
});

it("sends to each only what it knows", () => {
  const asked = { subject: ITEM, box: BOX, filters: {}, look: { ...PLAIN, variety: 0.5 }, k: 40 };
  expect(details(asked, "search")).toEqual({ k: 40, box: BOX });
  expect(details(asked, "lens")).toEqual({ k: 40, box: BOX });
  expect(details(asked, "flashlight")).toEqual({
    k: 40,
    box: BOX,
    dots: false,
    arrange: { chips: 14, diversity: 0.5 },
  });
});

it("names its picture once", async () => {
  expect(await bodyOf(ITEM, { k: 1 })).toEqual({ k: 1, item_id: "a" });
  expect(await bodyOf({ kind: "image", id: "i" }, {})).toEqual({ image_id: "i" });
  await expect(bodyOf(UPLOAD, {})).rejects.toMatchObject({ code: "gone" });
});
