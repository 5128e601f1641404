/* Which words and chips are offered to a visitor: those of their languages, where there are enough.
 *
 * Decided: words without a language belong to all. With fewer than three that a visitor reads, all are shown:
 * a catalogue in another language is searched in that language.
 */

const ENOUGH = 3;

export function spoken<W extends { language: string | null }>(
  words: readonly W[],
  languages: readonly string[],
): W[] {
  const known = new Set(languages.map((one) => one.split("-")[0]!.toLowerCase()));
  const read = words.filter((word) => word.language === null || known.has(word.language.toLowerCase()));
  return read.length >= ENOUGH ? read : [...words];
}
