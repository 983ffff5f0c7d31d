/** A finite double as JSON, in at most 25 characters. Reading it gives the same double again, the sign of -0 included. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
