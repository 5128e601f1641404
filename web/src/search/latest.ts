/* Which of many requests are sent, and which answer counts.
 *
 * Decided: while something is dragged, one request runs at a time, at most every `every` milliseconds, and
 * the newest input waits; so answers keep coming however slow the server is. An urgent input (the drag ended)
 * aborts what runs and starts at once. An answer counts only if nothing newer was answered or urged before.
 */

export interface Outcome<I, O> {
  show: (output: O, input: I) => void;
  fail: (error: unknown, input: I) => void;
}

export class Latest<I, O> {
  private running: AbortController | null = null;
  private waiting: { input: I } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private started = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly run: (input: I, signal: AbortSignal) => Promise<O>,
    private readonly outcome: Outcome<I, O>,
    private readonly every = 120,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Ask when it is due; a newer input takes this one's place. */
  soon(input: I): void {
    this.waiting = { input };
    this.schedule();
  }

  /** Ask now; what runs or waits is forgotten. */
  now(input: I): void {
    this.stop();
    void this.start(input);
  }

  /** Forget everything; nothing is shown any more. */
  stop(): void {
    this.waiting = null;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running?.abort();
    this.running = null;
  }

  get busy(): boolean {
    return this.running !== null || this.waiting !== null;
  }

  private schedule(): void {
    if (this.waiting === null || this.running !== null || this.timer !== undefined) return;
    this.timer = setTimeout(() => this.due(), Math.max(0, this.started + this.every - this.clock()));
  }

  private due(): void {
    this.timer = undefined;
    const next = this.waiting;
    this.waiting = null;
    if (next) void this.start(next.input);
  }

  private async start(input: I): Promise<void> {
    const mine = new AbortController();
    this.running = mine;
    this.started = this.clock();
    try {
      const output = await this.run(input, mine.signal);
      if (this.running === mine) this.settle(() => this.outcome.show(output, input));
    } catch (error) {
      if (this.running === mine) this.settle(() => this.outcome.fail(error, input));
    }
  }

  private settle(tell: () => void): void {
    this.running = null;
    tell();
    this.schedule();
  }
}
