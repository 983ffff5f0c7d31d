/** What a minute of a machine costs. */
export interface Price {
  readonly perMinute: number;
  /** Three letters, as ISO 4217 has them. */
  readonly currency: string;
}

const MS_PER_MINUTE = 60_000;

/** The whole text of a price: `0.008 USD`. */
export const PRICE_PATTERN = String.raw`^\d{1,6}(\.\d{1,9})? [A-Z]{3}$`;

/** Reads what {@link PRICE_PATTERN} takes; undefined for any other text. */
export function readPrice(text: string): Price | undefined {
  if (!new RegExp(PRICE_PATTERN).test(text)) return undefined;
  const [amount = "", currency = ""] = text.split(" ");
  return { perMinute: Number(amount), currency };
}

/** Of the currency. By the millisecond: who bills whole minutes bills more. */
export function costOf(durationMs: number, { perMinute }: Price): number {
  return (durationMs / MS_PER_MINUTE) * perMinute;
}

/** `0.16 USD`, `0.0027 USD`: two digits that say something, and two decimals at least. */
export function moneyText(amount: number, currency: string): string {
  const digits = amount > 0 && amount < 1 ? Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(amount)))) : 2;
  return `${amount.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1")} ${currency}`;
}
