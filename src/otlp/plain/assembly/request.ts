/** What is learned about a request on the way, in either encoding. */

export const NOT_PLAIN: usize = 0;

/** Log records, spans or data points. */
export let items: u32 = 0;
/** It has telemetry. Otherwise it is empty by the specification. */
export let hasTelemetry: bool = false;
/** The highest value of an enum: of logs the highest severity. */
export let enumMax: u32 = 0;
let nestingMax: u32 = 0;

export function begin(levelMax: u32): void {
  items = 0;
  hasTelemetry = false;
  enumMax = 0;
  nestingMax = levelMax;
}

/** Counts a message of `level`; false when it is nested too deep. */
export function enter(isItem: bool, isTelemetry: bool, level: u32): bool {
  items += <u32>isItem;
  hasTelemetry = hasTelemetry || isTelemetry;
  return level <= nestingMax;
}

export function noteEnum(value: u32): void {
  enumMax = max(enumMax, value);
}
