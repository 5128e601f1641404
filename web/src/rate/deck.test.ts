/* A rater never waits, loses nothing, and can take everything back. */

import { expect, it } from "vitest";
import { Deck } from "./deck";
import { type NextAnswer, nextPath, type Question, type Said, spoken } from "./judging";

const PICTURE = { image_id: "a", url: "/v1/pictures/a", width: 1, height: 1 };
const PLAN = { name: "p", kind: "grades", depth: 1, queries: 9, questions: 30, done: 0, wanted: 30, raters: 1 };

function made(all: number): { deck: Deck; sent: [string, Said][]; asked: number[]; fails: unknown[] } {
  const questions: Question[] = Array.from({ length: all }, (_, n) => ({
    question: `q${n}`,
    query: PICTURE,
    lists: [[PICTURE]],
  }));
  const sent: [string, Said][] = [];
  const asked: number[] = [];
  const fails: unknown[] = [];
  const deck = new Deck({
    more: async (skip, count): Promise<NextAnswer> => {
      asked.push(count);
      const left = questions.filter((one) => !skip.includes(one.question));
      return { plan: { ...PLAN, kind: "grades" }, questions: left.slice(0, count), mine: 2, left: left.length };
    },
    send: async (question, said) => sent.push([question, said]),
    changed: () => undefined,
    failed: (error) => fails.push(error),
  });
  return { deck, sent, asked, fails };
}

const settle = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

it("goes through everything once", async () => {
  const { deck, sent } = made(30);
  deck.fill();
  await settle();
  const seen: string[] = [];
  while (deck.current) {
    seen.push(deck.current.question);
    deck.answer(seen.length % 5);
    await settle();
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => `q${n}`));
  expect(sent.map(([id]) => id)).toEqual(seen);
  expect([deck.empty, deck.unsent]).toEqual([true, 0]);
  expect(deck.progress).toEqual({ done: 32, all: 32 });
});

it("has the next question before it is needed", async () => {
  const { deck } = made(30);
  deck.fill();
  await settle();
  for (let n = 0; n < 20; n++) {
    deck.answer(1);
    expect(deck.current).not.toBeNull();
    await settle();
  }
});

it("takes back, and sends in order", async () => {
  const { deck, sent } = made(5);
  deck.fill();
  await settle();
  deck.answer(1);
  deck.undo();
  expect(deck.current?.question).toBe("q0");
  deck.answer(4);
  await settle();
  expect(sent).toEqual([
    ["q0", 1],
    ["q0", null],
    ["q0", 4],
  ]);
  expect(deck.undo()).toBe(true);
  expect(deck.undo()).toBe(false);
});

it("passes over without a word, until asked again", async () => {
  const { deck, sent } = made(2);
  deck.fill();
  await settle();
  deck.skip();
  deck.answer(3);
  await settle();
  expect([deck.empty, sent]).toEqual([true, [["q1", 3]]]);
  deck.again();
  await settle();
  expect(deck.current?.question).toBe("q0");
});

it("keeps what could not be fetched for another try", async () => {
  const { deck, fails } = made(3);
  const more = deck["hands"].more;
  deck["hands"].more = () => Promise.reject(new Error("away"));
  deck.fill();
  await settle();
  expect([fails.length, deck.empty]).toEqual([1, false]);
  deck["hands"].more = more;
  deck.fill();
  await settle();
  expect(deck.current?.question).toBe("q0");
});

it("says a grade, a side, or nothing", () => {
  expect(spoken("p", "ann", "q", 0)).toEqual({ plan: "p", rater: "ann", question: "q", grade: 0 });
  expect(spoken("p", "ann", "q", "tie")).toEqual({ plan: "p", rater: "ann", question: "q", side: "tie" });
  expect(spoken("p", "ann", "q", null)).toEqual({ plan: "p", rater: "ann", question: "q" });
  expect(nextPath("a b", "ä&b", ["1", "2"], 3)).toBe(
    "/v1/judging/a%20b/next?rater=%C3%A4%26b&count=3&skip=1&skip=2",
  );
});
