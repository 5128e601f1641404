/* What results are narrowed by passes through the address, and acts as it says. */

import { expect, it } from "vitest";
import { formatRoute, parseRoute, type Route } from "../app/routes";
import {
  isNarrow,
  isPlain,
  type Look,
  MOST_CHIPS,
  PLAIN,
  readLook,
  unnarrowed,
  wireArrange,
  withChip,
  withColour,
  withLabel,
  writeLook,
} from "./look";

const FULL: Look = {
  chips: [
    { id: "phrase:9f", text: "red scarf & more" },
    { id: "attribute:style=a=b", text: "a=b" },
  ],
  colour: "beige",
  labels: { skin_tone: ["1", "2"] },
  variety: 0.3,
  spread: "category",
  agreement: 0.5,
  unfolded: true,
};

function again(look: Look): Look | undefined {
  const params = new URLSearchParams();
  writeLook(look, params);
  return readLook(new URLSearchParams(params.toString()));
}

it("passes through the address, and nothing is written where nothing is asked", () => {
  expect(again(FULL)).toEqual(FULL);
  expect(again(PLAIN)).toBeUndefined();
  const route: Route = {
    view: "search",
    subject: { kind: "item", id: "a" },
    box: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 },
    filters: { style: { kind: "any", values: ["plain"] } },
    look: FULL,
    show: "scenes",
  };
  const [path, query = ""] = formatRoute(route).split("?");
  expect(parseRoute(path!, query)).toEqual(route);
  const scene: Route = {
    view: "search",
    subject: { kind: "image", id: "ab" },
    box: null,
    filters: {},
    show: "shop",
  };
  expect(formatRoute(scene)).toBe("/search?image=ab&show=shop");
  expect(parseRoute("/search", "image=ab&show=shop")).toEqual(scene);
  const item: Route = { view: "item", id: "a", picture: 1, box: null, look: { ...PLAIN, colour: "red" } };
  const [place, rest = ""] = formatRoute(item).split("?");
  expect(parseRoute(place!, rest)).toEqual(item);
});

it("takes nothing from an address that means nothing", () => {
  for (const bad of [
    "chip=",
    "chip=nonsense",
    "chip=attribute:x",
    "colour=1;2",
    "variety=x",
    "agree=-3",
    "label.=a",
  ])
    expect(readLook(new URLSearchParams(bad))).toBeUndefined();
  expect(readLook(new URLSearchParams("variety=7"))?.variety).toBe(1);
  expect(readLook(new URLSearchParams("chip=attribute:style=boho"))?.chips).toEqual([
    { id: "attribute:style=boho", text: "boho" },
  ]);
});

it("toggles chips, colours and labels, several at once", () => {
  const [a, b] = [
    { id: "phrase:1", text: "a" },
    { id: "phrase:2", text: "b" },
  ];
  const both = withChip(withChip(PLAIN, a), b);
  expect(both.chips).toEqual([a, b]);
  expect(withChip(both, a).chips).toEqual([b]);
  expect(withColour(withColour(PLAIN, "red"), "blue").colour).toBe("blue");
  expect(withColour(withColour(PLAIN, "red"), "red").colour).toBeNull();
  const two = withLabel(withLabel(PLAIN, "skin_tone", "1"), "skin_tone", "2");
  expect(two.labels).toEqual({ skin_tone: ["1", "2"] });
  expect(withLabel(withLabel(two, "skin_tone", "1"), "skin_tone", "2").labels).toEqual({});
  let many = PLAIN;
  for (let n = 0; n < 30; n++) many = withChip(many, { id: `phrase:${n}`, text: "x" });
  expect(many.chips).toHaveLength(MOST_CHIPS);
});

it("tells narrowing from ordering, and clears the first alone", () => {
  expect([isPlain(undefined), isPlain(PLAIN), isPlain({ ...PLAIN, variety: 0.2 })]).toEqual([
    true,
    true,
    false,
  ]);
  expect([isNarrow(PLAIN), isNarrow({ ...PLAIN, variety: 0.2 }), isNarrow(FULL)]).toEqual([
    false,
    false,
    true,
  ]);
  expect(unnarrowed(FULL)).toEqual({ ...PLAIN, variety: 0.3, spread: "category", unfolded: true });
});

it("is sent by the server's names", () => {
  expect(wireArrange(undefined)).toEqual({ chips: 14 });
  expect(wireArrange(FULL)).toEqual({
    chips: 14,
    narrow: {
      chips: ["phrase:9f", "attribute:style=a=b"],
      colour: "beige",
      labels: { skin_tone: ["1", "2"] },
    },
    diversity: 0.3,
    spread: "category",
    spread_weight: 0.7,
    agreement: 0.5,
    fold: false,
  });
});
