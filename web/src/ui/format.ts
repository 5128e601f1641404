/* Numbers and dates as the visitor's language writes them. Prices carry no currency: the catalogue has none. */

const prices = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const counts = new Intl.NumberFormat(undefined);

export function price(value: number): string {
  return prices.format(value);
}

export function count(value: number): string {
  return counts.format(value);
}

export function day(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleDateString(undefined, { dateStyle: "medium" });
}
