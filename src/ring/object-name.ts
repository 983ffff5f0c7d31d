import type { Stream } from "../pipeline.ts";

/** `YYYYMMDD-HHMMSS.<stream>.log`, the name of an object, from its UTC second (seconds since 1970). */
export function objectName(second: number, stream: Stream): string {
  const [date = "", time = ""] = new Date(second * 1000).toISOString().slice(0, 19).split("T");
  return `${date.replaceAll("-", "")}-${time.replaceAll(":", "")}.${stream}.log`;
}
