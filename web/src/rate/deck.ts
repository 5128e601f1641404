/* The questions in hand: the one that is shown, those that are ready behind it, and what was answered.
 *
 * Decided: an answer moves on at once and is sent beside that; so nobody waits for the server, and what could
 * not be sent yet is kept and sent again. Answers to one question are sent one after the other, the newest
 * last. Undo shows the question again and takes the answer back. Pure state and two callbacks: no React here.
 */

import type { NextAnswer, Question, Said } from "./judging";

export interface Hands {
  /** The next questions, without those of `skip`. */
  more: (skip: readonly string[], count: number) => Promise<NextAnswer>;
  /** Store an answer; resolves when the server has it. */
  send: (question: string, said: Said) => Promise<unknown>;
  changed: () => void;
  failed: (error: unknown) => void;
}

const READY = 6; // questions that are in hand, counting the one that is shown
const MOST = 20;

export class Deck {
  ahead: Question[] = [];
  past: { question: Question; said: Said }[] = [];
  skipped: string[] = [];
  /** Answers of this rater that the server had when it was last asked, less those given here before that. */
  mine = 0;
  left = 0;
  state: NextAnswer | null = null;
  unsent = 0;
  private asking = false;
  private ended = false;
  private chain: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(private readonly hands: Hands) {}

  get current(): Question | null {
    return this.ahead[0] ?? null;
  }

  /** Nothing is shown and nothing more comes. */
  get empty(): boolean {
    return this.ended && this.ahead.length === 0;
  }

  get answered(): number {
    return this.past.filter((one) => one.said !== null).length;
  }

  /** Answers of this rater, and how many there can be. */
  get progress(): { done: number; all: number } {
    const done = this.mine + this.answered;
    return { done, all: Math.max(done, this.mine + this.left) };
  }

  /** Nobody looks any more; answers that are on their way are still sent. */
  stop(): void {
    this.stopped = true;
  }

  resume(): void {
    this.stopped = false;
  }

  /** Start, or start again after a failure. */
  fill(): void {
    if (this.asking || this.ended || this.stopped || this.ahead.length >= READY) return;
    this.asking = true;
    const skip = this.shown();
    this.hands
      .more(skip, Math.min(MOST, READY * 2 - this.ahead.length))
      .then((answer) => this.take(answer))
      .catch((error: unknown) => !this.stopped && this.hands.failed(error))
      .finally(() => {
        this.asking = false;
      });
  }

  answer(said: Exclude<Said, null>): void {
    this.move(said);
  }

  skip(): void {
    const { current } = this;
    if (!current) return;
    this.skipped.push(current.question);
    this.move(null);
  }

  undo(): boolean {
    const last = this.past.pop();
    if (!last) return false;
    this.ahead.unshift(last.question);
    this.skipped = this.skipped.filter((id) => id !== last.question.question);
    if (last.said !== null) this.send(last.question.question, null);
    this.hands.changed();
    return true;
  }

  /** Questions that were passed over come back. */
  again(): void {
    this.skipped = [];
    this.past = this.past.filter((one) => one.said !== null);
    this.ended = false;
    this.fill();
  }

  private move(said: Said): void {
    const question = this.ahead.shift();
    if (!question) return;
    this.past.push({ question, said });
    if (said !== null) this.send(question.question, said);
    this.fill();
    this.hands.changed();
  }

  private send(question: string, said: Said): void {
    this.unsent++;
    this.chain = this.chain
      .then(() => this.hands.send(question, said))
      .catch((error: unknown) => !this.stopped && this.hands.failed(error))
      .finally(() => {
        this.unsent--;
        if (!this.stopped) this.hands.changed();
      });
  }

  private take(answer: NextAnswer): void {
    if (this.stopped) return;
    const known = new Set(this.shown());
    const fresh = answer.questions.filter((one) => !known.has(one.question));
    if (this.state === null) {
      this.mine = answer.mine;
      this.left = answer.left;
    }
    this.state = answer;
    this.ahead.push(...fresh);
    this.ended = fresh.length === 0;
    this.hands.changed();
  }

  private shown(): string[] {
    const behind = this.past.map((one) => one.question.question);
    return [...new Set([...behind, ...this.skipped, ...this.ahead.map((one) => one.question)])];
  }
}
