import type { LiveEvent } from "./live-data.ts";

/** A job has a handful; a machine that has more has a loop. */
export const EVENTS_MAX = 500;
/** Of the text of one, which may be text of a job. */
export const EVENT_TEXT_MAX = 500;
const EVENT_NAME_MAX = 100;

/** The newest events of the run, oldest first. */
export class EventList {
  #events: LiveEvent[] = [];
  #version = 0;

  get all(): readonly LiveEvent[] {
    return this.#events;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** The oldest goes when there are too many. */
  add({ text, ...event }: LiveEvent): void {
    const name = event.name.slice(0, EVENT_NAME_MAX);
    this.#events.push({ ...event, name, ...(text !== undefined && { text: text.slice(0, EVENT_TEXT_MAX) }) });
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
    this.#version++;
  }
}
