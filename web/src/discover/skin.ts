/* Skin tones as they are shown to be chosen from: colours along a scale of as many steps as a task has labels.
 *
 * Decided: between ends of our own, light to dark; the colours stand for the steps of whatever scale the
 * labels come from, and claim no more.
 */

const SCALE: [number, number, number][] = [
  [246, 230, 216],
  [232, 197, 164],
  [200, 150, 108],
  [146, 95, 60],
  [92, 58, 38],
  [46, 32, 26],
];

export function isSkin(task: string): boolean {
  return /skin[ _-]?tone|monk|fitzpatrick/i.test(task);
}

export function skinHex(index: number, steps: number): string {
  const at = steps > 1 ? (index / (steps - 1)) * (SCALE.length - 1) : 2;
  const low = Math.min(Math.floor(at), SCALE.length - 2);
  const [from, to] = [SCALE[low]!, SCALE[low + 1]!];
  const mixed = from.map((value, n) => Math.round(value + (to[n]! - value) * (at - low)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** "2, step 2 of 4 from light to dark". */
export function skinName(label: string, index: number, steps: number): string {
  return `${label}, step ${index + 1} of ${steps} from light to dark`;
}
