import { BAD_COLLECTOR_KILLS } from "./bad-collector-kills.ts";
import { COLLECTOR_KILLS } from "./collector-kills.ts";
import { DAMAGED_RINGS } from "./damaged-rings.ts";
import { DISKS } from "./disks.ts";
import { DRAIN } from "./drain.ts";
import { OOM } from "./oom.ts";
import { OUTAGES } from "./outages.ts";
import { OVERLOAD } from "./overload.ts";
import type { Scenario } from "./scenario.ts";
import { SIDE_BY_SIDE } from "./side-by-side.ts";
import { SOURCES } from "./sources.ts";
import { STOPS } from "./stops.ts";
import { STORMS } from "./storms.ts";

/** Everything that `bun run chaos` does, in this order. */
export const SCENARIOS: readonly Scenario[] = [
  ...STORMS,
  ...OUTAGES,
  STOPS,
  SOURCES,
  DAMAGED_RINGS,
  DISKS,
  OOM,
  COLLECTOR_KILLS,
  BAD_COLLECTOR_KILLS,
  OVERLOAD,
  DRAIN,
  SIDE_BY_SIDE,
];
