import type { LiveEvent } from "../../live/live-data.ts";
import { shown } from "../text/ansi.ts";

const PREFIX = "warp_telemetry.";
const TEXT_MAX_CHARS = 400;

/** `oom kill`, from `warp_telemetry.oom_kill`. */
export function eventName({ name }: LiveEvent): string {
  return shown(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name).replaceAll(/[_\n]/g, " ");
}

/** The name, and what the agent says of it. */
export function eventText(event: LiveEvent): string {
  const { text } = event;
  if (text === undefined) return eventName(event);
  const cut = shown(text.slice(0, TEXT_MAX_CHARS));
  return `${eventName(event)}: ${text.length > TEXT_MAX_CHARS ? `${cut}…` : cut}`;
}
