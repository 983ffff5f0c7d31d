import { dayText } from "../../lib/quantities.ts";

/** Steps that people read without thinking, in seconds. */
const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const;
/** Room of a label. */
const TICK_MIN_PX = 66;

/** Where an axis so wide has its marks, in wall ms: round times of the reader's zone. */
export function timeTicks(minMs: number, maxMs: number, widthPx: number): number[] {
  const wanted = Math.max(1, Math.floor(widthPx / TICK_MIN_PX));
  const least = (maxMs - minMs) / wanted;
  const days = 86_400_000 * Math.ceil(least / 86_400_000);
  const step = STEPS_S.map((seconds) => seconds * 1000).find((ms) => ms >= least) ?? days;
  const zoneMs = new Date(minMs).getTimezoneOffset() * -60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((minMs + zoneMs) / step) * step - zoneMs; at <= maxMs; at += step) ticks.push(at);
  return ticks;
}

/** `12:03`, and `11-27` at midnight; with seconds when the marks are nearer than a minute. */
export function tickText(ms: number, ticks: readonly number[]): string {
  const date = new Date(ms);
  const stepMs = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const parts = [date.getHours(), date.getMinutes(), ...(stepMs > 0 && stepMs < 60_000 ? [date.getSeconds()] : [])];
  // Nothing else tells the days of a long run apart.
  if (date.getHours() + date.getMinutes() + date.getSeconds() === 0) return dayText(ms).slice("2026-".length);
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
