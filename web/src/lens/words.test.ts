/* Words are those that a visitor reads, if that leaves any choice. */

import { expect, it } from "vitest";
import type { Word } from "../api/discovery";
import { spoken } from "./words";

const word = (phrase: string, language: string | null): Word => ({
  phrase,
  language,
  score: 0.5,
  origin: "neighbours",
});

it("keeps the visitor's languages, and words of none", () => {
  const words = [word("reloj", "es"), word("watch", "en"), word("camel", null), word("mug", "en")];
  expect(spoken(words, ["en-GB", "fr"]).map((one) => one.phrase)).toEqual(["watch", "camel", "mug"]);
  expect(spoken(words, ["de"])).toEqual(words);
  expect(spoken(words, [])).toEqual(words);
});
