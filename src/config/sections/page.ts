import { Type } from "@sinclair/typebox";
import { boolean } from "../option-kinds.ts";

/** Options of the live page. */
export const page = Type.Object({
  isEnabled: boolean({
    key: "telemetry.page.enabled",
    group: "Job and machine",
    description: "the live page",
    detail: "Whether the agent serves the live page at `/`, and keeps the history of the run for it.",
    default: true,
  }),
});
