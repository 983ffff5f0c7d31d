import { Type } from "@sinclair/typebox";
import { PRICE_PATTERN } from "../../lib/price.ts";
import { boolean, optionalText } from "../option-kinds.ts";

/** Options of the live page. */
export const page = Type.Object({
  isEnabled: boolean({
    key: "telemetry.page.enabled",
    group: "Job and machine",
    description: "the live page",
    detail: "Whether the agent serves the live page at `/`, and keeps the history of the run for it.",
    default: true,
  }),
  price: optionalText({
    key: "telemetry.price_per_minute",
    group: "Job and machine",
    flag: "--price-per-minute <price>",
    description: "what a minute of this machine costs, for the summary of a job",
    detail:
      "What a minute of this machine costs, with the currency. `summary` asks the agent for it, and says what a job cost.",
    pattern: PRICE_PATTERN,
    wanted: 'a price and a currency, such as "0.008 USD"',
  }),
});
