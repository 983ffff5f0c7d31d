const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1.5 GiB`: three digits at most. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${short(value)} ${BYTE_UNITS[unit]}`;
}

/** `43 %`, and `0.4 %` where a whole number would say nothing. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** `1.2 k` and the like, for counts. */
export function countText(count: number): string {
  if (count < 1000) return short(count);
  if (count < 999_500) return `${short(count / 1000)} k`;
  return `${short(count / 1_000_000)} M`;
}

/** `12,345`: a count of which each one matters. */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** `1 span`, `12,345 spans`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `850 ms`, `12 s`, `2 m 05 s`, `3 h 12 m`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} m`;
  return `${Math.floor(seconds / 86_400)} d ${two(Math.floor(seconds / 3600) % 24)} h`;
}

/** `340 µs`, `1.2 ms`, `12 ms`, `3.08 s`, `2 m 05 s`: where little matters. */
export function exactDurationText(ms: number): string {
  if (ms < 0.9995) return `${Math.max(0, Math.round(ms * 1000))} µs`;
  if (ms < 999.5) return `${short(ms)} ms`;
  return ms < 59_995 ? `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s` : durationText(ms);
}

/** `2026-11-26`, in the reader's time zone. */
export function dayText(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `2026-11-26 12:03:11`. */
export function dateText(ms: number): string {
  return `${dayText(ms)} ${clockText(ms)}`;
}

/** `12:03:11`, in the reader's time zone. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `12:03:11.042`. */
export function exactClockText(ms: number): string {
  return `${clockText(ms)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}`;
}

/** `UTC+02:00`: the zone that {@link clockText} is in. */
export function zoneText(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function short(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return String(Math.abs(tenths) < 10 ? tenths : Math.round(value));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
