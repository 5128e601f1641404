/* From the place of a slider's thumb to a number and back.
 *
 * Decided: 0 to 100 steps; logarithmic where the largest number is more than 50 times the smallest positive
 * one, since prices crowd at the low end. Numbers are rounded to what people would type.
 */

export const STEPS = 100;

export function toValue(step: number, least: number, most: number): number {
  if (step <= 0) return least;
  if (step >= STEPS) return most;
  const share = step / STEPS;
  const value = curved(least, most)
    ? Math.exp(Math.log(least) + share * (Math.log(most) - Math.log(least)))
    : least + share * (most - least);
  return Math.min(most, Math.max(least, tidy(value, most - least)));
}

export function toStep(value: number, least: number, most: number): number {
  if (most <= least) return 0;
  const share = curved(least, most)
    ? (Math.log(Math.max(value, least)) - Math.log(least)) / (Math.log(most) - Math.log(least))
    : (value - least) / (most - least);
  return Math.round(Math.min(1, Math.max(0, share)) * STEPS);
}

function curved(least: number, most: number): boolean {
  return least > 0 && most / least > 50;
}

function tidy(value: number, span: number): number {
  if (span <= 2) return Math.round(value * 100) / 100;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)) - 1);
  return Math.round(value / unit) * unit;
}
