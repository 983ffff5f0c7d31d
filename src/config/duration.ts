import parse from "parse-duration";

const UNITS = "ms|s|m|h";
const DURATION = new RegExp(String.raw`^(\d+(\.\d+)?(${UNITS}))+$`);

/**
 * The milliseconds of a duration as Go writes it: `60s`, `1m30s`, `1.5h`, `250ms`. Undefined for any other text. A bare
 * number, a sign, and words that parse-duration would skip ("60s or so") are refused rather than guessed.
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const ms = parse(text);
  return ms === null ? undefined : Math.round(ms);
}

/** The shortest exact form that {@link parseDuration} reads; whole seconds up to two minutes stay seconds. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms % 1000 === 0 && ms < 120_000) return `${ms / 1000}s`;
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, unitMs] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join("");
}
