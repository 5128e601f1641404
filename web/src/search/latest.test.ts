/* The newest input wins, whatever order the answers come in. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Latest } from "./latest";

interface Call {
  input: number;
  signal: AbortSignal;
  answer: (value: string) => void;
  break: (reason: unknown) => void;
}

let calls: Call[] = [];
let shown: string[] = [];
let failed: unknown[] = [];
let latest: Latest<number, string>;

beforeEach(() => {
  vi.useFakeTimers();
  [calls, shown, failed] = [[], [], []];
  const run = (input: number, signal: AbortSignal): Promise<string> =>
    new Promise((answer, broken) => calls.push({ input, signal, answer, break: broken }));
  const outcome = { show: (text: string) => shown.push(text), fail: (error: unknown) => failed.push(error) };
  latest = new Latest<number, string>(run, outcome, 120, () => Date.now());
});
afterEach(() => vi.useRealTimers());

const asked = (): number[] => calls.map((call) => call.input);

it("asks at once, then at most once in 120 ms, with the newest", async () => {
  latest.soon(1);
  await vi.advanceTimersByTimeAsync(0);
  calls[0]!.answer("one");
  await vi.advanceTimersByTimeAsync(10);
  for (const input of [2, 3, 4]) latest.soon(input);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked()).toEqual([1]);
  await vi.advanceTimersByTimeAsync(20);
  expect(asked()).toEqual([1, 4]);
});

it("keeps one request running on a slow server, so that answers come at all", async () => {
  latest.soon(1);
  await vi.advanceTimersByTimeAsync(500);
  latest.soon(2);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked()).toEqual([1]);
  calls[0]!.answer("one");
  await vi.advanceTimersByTimeAsync(1);
  expect([shown, asked()]).toEqual([["one"], [1, 2]]);
});

it("aborts what runs and forgets what waits when something is urgent", async () => {
  latest.soon(1);
  await vi.advanceTimersByTimeAsync(0);
  latest.soon(2);
  latest.now(3);
  expect(calls[0]!.signal.aborted).toBe(true);
  calls[1]!.answer("three");
  await vi.advanceTimersByTimeAsync(0);
  calls[0]!.answer("one, too late");
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked(), shown]).toEqual([[1, 3], ["three"]]);
});

it("tells a failure only of the request that counts", async () => {
  latest.now(1);
  latest.now(2);
  calls[0]!.break(new Error("aborted"));
  await vi.advanceTimersByTimeAsync(0);
  expect(failed).toEqual([]);
  calls[1]!.break("broken");
  await vi.advanceTimersByTimeAsync(0);
  expect(failed).toEqual(["broken"]);
  expect(latest.busy).toBe(false);
});

it("shows nothing after it was stopped", async () => {
  latest.now(1);
  latest.stop();
  calls[0]!.answer("one");
  await vi.advanceTimersByTimeAsync(500);
  expect(shown).toEqual([]);
});
