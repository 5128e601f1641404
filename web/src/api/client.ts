/* One request to the server, answered or refused.
 *
 * Decided: a refusal is a `Refused` with the server's own line; a server that cannot be reached, or a proxy
 * that cannot reach it, is `Unreachable`. Not here: trying again (`patient`).
 */

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

export class Unreachable extends Error {}

export interface Asked {
  body?: FormData | object;
  /** A write key, for what only its holders may do. */
  key?: string;
  signal: AbortSignal;
}

const ABSENT = new Set([502, 503, 504]);

export async function ask<T>(path: string, { body, key, signal }: Asked): Promise<T> {
  const answer = await sent(path, body, key, signal);
  if (ABSENT.has(answer.status)) throw new Unreachable(`status ${answer.status}`);
  if (!answer.ok) throw await refusal(answer);
  return received<T>(answer, signal);
}

async function sent(
  path: string,
  body: FormData | object | undefined,
  key: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const form = body instanceof FormData;
  const headers: Record<string, string> = form || !body ? {} : { "content-type": "application/json" };
  if (key !== undefined) headers["authorization"] = `Bearer ${key}`;
  const init: RequestInit = { signal, headers };
  if (body) Object.assign(init, { method: "POST", body: form ? body : JSON.stringify(body) });
  try {
    return await fetch(path, init);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Unreachable("no answer", { cause: error });
  }
}

async function received<T>(answer: Response, signal: AbortSignal): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Unreachable("the answer broke off", { cause: error });
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const after = Number(answer.headers.get("retry-after"));
  let code = "error";
  let message = `The server answered ${answer.status}.`;
  try {
    const told = (await answer.json()) as { error?: { code?: string; message?: string } };
    code = told.error?.code ?? code;
    message = told.error?.message ?? message;
  } catch {
    // a proxy's page instead of the server's own words
  }
  return new Refused(answer.status, code, message, Number.isFinite(after) && after > 0 ? after : null);
}
