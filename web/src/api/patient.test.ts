/* A request waits for the server, says so, and comes back by itself. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { delay, verdict } from "./backoff";
import { Refused, Unreachable } from "./client";
import { patiently } from "./patient";
import { current, retryNow } from "./status";

const answers: (() => Promise<Response> | Response)[] = [];
let sent = 0;
const ok = (): Response => Response.json({ fine: true });
const refused = (status: number, headers = {}): Response =>
  Response.json({ error: { code: "busy", message: "later" } }, { status, headers });
const away = (): Promise<Response> => Promise.reject(new TypeError("no network"));

beforeEach(() => {
  vi.useFakeTimers();
  answers.length = sent = 0;
  vi.stubGlobal("fetch", async () => {
    const answer = answers[Math.min(sent++, answers.length - 1)]!;
    return await answer();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const asking = (signal = new AbortController().signal): Promise<unknown> => patiently("/v1/info", { signal });

it("tries again until the server is back, and says how it is", async () => {
  answers.push(away, away, away, ok);
  const before = current().restored;
  const answer = asking();
  await vi.advanceTimersByTimeAsync(100);
  expect(current().trouble).toBe("down");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await answer).toEqual({ fine: true });
  expect(current()).toEqual({ trouble: null, restored: before + 1 });
});

it("waits as long as a busy server asks for", async () => {
  answers.push(() => refused(429, { "retry-after": "5" }), ok);
  const answer = asking();
  await vi.advanceTimersByTimeAsync(4900);
  expect([sent, current().trouble]).toEqual([1, "busy"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await answer).toEqual({ fine: true });
});

it("tries at once when told to", async () => {
  answers.push(away, away, away, away, ok);
  const answer = asking();
  for (let n = 0; n < 4; n++) {
    await vi.advanceTimersByTimeAsync(1);
    retryNow();
  }
  expect(await answer).toEqual({ fine: true });
});

it("does not argue with a refusal", async () => {
  answers.push(() => refused(422));
  await expect(asking()).rejects.toMatchObject({ status: 422, message: "later" });
  expect([sent, current().trouble]).toEqual([1, null]);
});

it("gives up on a fault after two more tries", async () => {
  answers.push(() => refused(500));
  const answer = expect(asking()).rejects.toMatchObject({ status: 500 });
  await vi.advanceTimersByTimeAsync(30_000);
  await answer;
  expect([sent, current().trouble]).toEqual([3, null]);
});

it("stops waiting when nobody wants the answer any more", async () => {
  answers.push(away);
  const mine = new AbortController();
  const answer = expect(asking(mine.signal)).rejects.toBeDefined();
  await vi.advanceTimersByTimeAsync(100);
  mine.abort();
  await answer;
  expect(current().trouble).toBeNull();
});

it("says after two seconds that an answer is slow", async () => {
  answers.push(() => new Promise((done) => setTimeout(() => done(ok()), 5000)));
  const answer = asking();
  await vi.advanceTimersByTimeAsync(1900);
  expect(current().trouble).toBeNull();
  await vi.advanceTimersByTimeAsync(200);
  expect(current().trouble).toBe("slow");
  await vi.advanceTimersByTimeAsync(3000);
  await answer;
  expect(current().trouble).toBeNull();
});

it("waits longer each time, within bounds", () => {
  expect([0, 1, 2, 3].map((n) => delay(n, 0.5))).toEqual([1000, 2000, 4000, 8000]);
  expect(delay(20, 1)).toBeLessThan(18_001);
  expect(verdict(new Unreachable(), 50)?.kind).toBe("down");
  expect(verdict(new Refused(404, "", "", null), 0)).toBeNull();
  expect(verdict(new Error("ours"), 0)).toBeNull();
});
