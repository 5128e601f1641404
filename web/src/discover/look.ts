/* How results are narrowed and arranged: as the page holds it, in the address, and as it is sent.
 *
 * Decided: a chip stands in the address with its words (`chip=phrase:9f~red scarf`), since its id alone says
 * nothing to whoever opens a shared address. A look that changes nothing is left out (`undefined`), so that
 * addresses stay short.
 */

export interface TakenChip {
  id: string;
  text: string;
}

export interface Look {
  chips: TakenChip[];
  colour: string | null;
  labels: Record<string, string[]>;
  variety: number;
  spread: string | null;
  agreement: number;
  unfolded: boolean;
}

export const PLAIN: Look = {
  chips: [],
  colour: null,
  labels: {},
  variety: 0,
  spread: null,
  agreement: 0,
  unfolded: false,
};
export const MOST_CHIPS = 16;
export const CHIPS = 14; // that are asked for
const CHIP = /^(phrase:[^~]+|attribute:[^~=]+=[^~]*)(?:~(.*))?$/s;

export function isPlain(look: Look | undefined): boolean {
  return look === undefined || (!isNarrow(look) && !look.variety && !look.spread && !look.unfolded);
}

/** Whether the look takes results away. */
export function isNarrow(look: Look): boolean {
  return (
    look.chips.length > 0 ||
    look.colour !== null ||
    look.agreement > 0 ||
    Object.values(look.labels).some((labels) => labels.length > 0)
  );
}

export function readLook(params: URLSearchParams): Look | undefined {
  const labels: Record<string, string[]> = {};
  for (const [name, value] of params) {
    const task = /^label\.(.+)$/.exec(name)?.[1];
    if (task && value) labels[task] = [...new Set([...(labels[task] ?? []), value])];
  }
  const look = {
    chips: chipsIn(params),
    colour: colourIn(params.get("colour")),
    labels,
    variety: share(params.get("variety")),
    spread: params.get("spread") || null,
    agreement: share(params.get("agree")),
    unfolded: params.get("fold") === "no",
  };
  return isPlain(look) ? undefined : look;
}

function chipsIn(params: URLSearchParams): TakenChip[] {
  const found = new Map<string, TakenChip>();
  for (const text of params.getAll("chip")) {
    const [, id, words] = CHIP.exec(text) ?? [];
    if (id) found.set(id, { id, text: words || id.slice(id.indexOf("=") + 1) });
  }
  return [...found.values()].slice(0, MOST_CHIPS);
}

function colourIn(text: string | null): string | null {
  return text !== null && /^(#[0-9a-f]{6}|[a-z]+)$/i.test(text) ? text.toLowerCase() : null;
}

function share(text: string | null): number {
  const value = Number(text);
  return Number.isFinite(value) ? Math.round(Math.min(1, Math.max(0, value)) * 100) / 100 : 0;
}

export function writeLook(look: Look | undefined, params: URLSearchParams): void {
  if (!look) return;
  for (const chip of look.chips) params.append("chip", `${chip.id}~${chip.text}`);
  if (look.colour) params.set("colour", look.colour);
  for (const task of Object.keys(look.labels).sort())
    for (const label of look.labels[task]!) params.append(`label.${task}`, label);
  if (look.variety) params.set("variety", String(look.variety));
  if (look.spread) params.set("spread", look.spread);
  if (look.agreement) params.set("agree", String(look.agreement));
  if (look.unfolded) params.set("fold", "no");
}

export function withChip(look: Look, chip: TakenChip): Look {
  const without = look.chips.filter((one) => one.id !== chip.id);
  if (without.length < look.chips.length) return { ...look, chips: without };
  return { ...look, chips: [...look.chips, { id: chip.id, text: chip.text }].slice(-MOST_CHIPS) };
}

export function withColour(look: Look, colour: string): Look {
  return { ...look, colour: look.colour === colour ? null : colour };
}

export function withLabel(look: Look, task: string, label: string): Look {
  const taken = look.labels[task] ?? [];
  const next = taken.includes(label) ? taken.filter((one) => one !== label) : [...taken, label];
  const { [task]: _, ...others } = look.labels;
  return { ...look, labels: next.length ? { ...others, [task]: next } : others };
}

/** The same order, with nothing taken away. */
export function unnarrowed(look: Look): Look {
  return { ...look, chips: [], colour: null, labels: {}, agreement: 0 };
}

/** `arrange` of a request. */
export function wireArrange(look: Look | undefined): Record<string, unknown> {
  const { chips, colour, labels, variety, spread, agreement, unfolded } = look ?? PLAIN;
  const narrow = {
    ...(chips.length ? { chips: chips.map((chip) => chip.id) } : {}),
    ...(colour ? { colour } : {}),
    ...(Object.keys(labels).length ? { labels } : {}),
  };
  return {
    chips: CHIPS,
    ...(Object.keys(narrow).length ? { narrow } : {}),
    ...(variety ? { diversity: variety } : {}),
    ...(spread ? { spread, spread_weight: 0.7 } : {}),
    ...(agreement ? { agreement } : {}),
    ...(unfolded ? { fold: false } : {}),
  };
}
