import { EXPIRED, type Fault, PAGE, SLOW_DOWN } from "../support/fault-proxy.ts";
import type { ApiFault } from "../support/warpbuild-api.ts";
import type { Random } from "./random.ts";

/** A way in which something else fails, with the name it has in the table. */
export interface NamedFault<F> {
  readonly name: string;
  readonly make: (random: Random) => F;
}

function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: "status", status: code, headers };
}

/** Every way in which a store fails. All but `hang` are answered soon, so that a life sees several. */
export const STORE_FAULTS: readonly NamedFault<Fault>[] = [
  { name: "store: resets in mid-body", make: (random) => ({ kind: "reset", afterBytes: random.int(0, 20_000) }) },
  { name: "store: hangs", make: () => ({ kind: "hang" }) },
  { name: "store: slow", make: (random) => ({ kind: "slow", ms: random.int(5, 400) }) },
  { name: "store: stored, answer lost", make: () => ({ kind: "lose-answer" }) },
  { name: "store: 403 expired", make: () => EXPIRED },
  { name: "store: 408", make: () => status(408) },
  { name: "store: 429 with Retry-After", make: () => status(429, { "retry-after": "1" }) },
  { name: "store: 500", make: () => status(500) },
  { name: "store: 503 SlowDown", make: () => SLOW_DOWN },
  { name: "store: a portal in the way", make: () => ({ kind: "status", ...PAGE }) },
  { name: "store: stored, a page for an answer", make: () => ({ kind: "other-answer", ...PAGE }) },
  { name: "store: stored, an empty answer of nobody", make: () => ({ kind: "other-answer", status: 200 }) },
  { name: "store: 307 redirect", make: () => status(307, { location: "http://127.0.0.1:9/elsewhere" }) },
];

/** Every way in which the API fails. */
export const API_FAULTS: readonly NamedFault<ApiFault>[] = [
  { name: "API: 500", make: () => ({ kind: "status", status: 500 }) },
  { name: "API: 401", make: () => ({ kind: "status", status: 401 }) },
  { name: "API: HTML", make: () => ({ kind: "html" }) },
  { name: "API: hangs", make: () => ({ kind: "hang" }) },
  { name: "API: slow", make: (random) => ({ kind: "wait", ms: random.int(5, 400) }) },
  { name: "API: the same URL twice", make: () => ({ kind: "same-url" }) },
];
