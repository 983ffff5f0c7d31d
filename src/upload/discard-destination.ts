import type { Destination, PutResult } from "../pipeline.ts";

/** Throws every object away: for benches only, chosen with `--destination discard:`. */
export class DiscardDestination implements Destination {
  readonly label = "discard:";
  readonly place = "";

  put(): Promise<PutResult> {
    return Promise.resolve({ kind: "stored" });
  }
}
