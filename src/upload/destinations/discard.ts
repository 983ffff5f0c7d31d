import type { Destination, PutResult } from "../../pipeline.ts";
import type { DestinationKind } from "./kind.ts";

export interface DiscardConfig {
  readonly kind: "discard";
}

export const discard: DestinationKind<DiscardConfig> = {
  form: "discard:",
  parse: (text) => (text === "discard:" ? { kind: "discard" } : undefined),
  describe: () => "discard:",
  open: () => Promise.resolve(new DiscardDestination()),
};

/** Throws every object away: for benches only. */
export class DiscardDestination implements Destination {
  readonly label = "discard:";
  readonly place = "";

  put(): Promise<PutResult> {
    return Promise.resolve({ kind: "stored" });
  }
}
