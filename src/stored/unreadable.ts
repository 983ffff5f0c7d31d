import { errorText } from "../lib/error-text.ts";
import type { StoredObject } from "./stored-objects.ts";

/** Objects that are named; the others are counted. */
const NAMED_MAX = 10;

/** Objects that could not be read to their end. */
export interface Unreadable {
  unreadable: number;
  /** The first ones, with the reason. */
  readonly unreadableNames: string[];
}

/** Counts an object that could not be read, and names it while there are few. */
export function noteUnreadable(counts: Unreadable, { key }: StoredObject, error: unknown): void {
  counts.unreadable++;
  if (counts.unreadableNames.length < NAMED_MAX) counts.unreadableNames.push(`${key}: ${errorText(error)}`);
}
