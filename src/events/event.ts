/** Severity numbers of OpenTelemetry's data model. */
const [INFO, WARN, ERROR] = [9, 13, 17];

/** One kind of event. Its name is stable: queries and alerts are made of it. */
export interface EventKind {
  readonly name: `warp_telemetry.${string}`;
  readonly severity: number;
  /** Everything that is held is sent at once: the machine may be gone soon. */
  readonly isUrgent: boolean;
}

/** Every kind there is. What an event is about stands in its attributes, which begin with its name. */
export const EVENTS = {
  oomKill: { name: "warp_telemetry.oom_kill", severity: ERROR, isUrgent: true },
  diskNearlyFull: { name: "warp_telemetry.disk_nearly_full", severity: WARN, isUrgent: true },
  diskFreeAgain: { name: "warp_telemetry.disk_free_again", severity: INFO, isUrgent: false },
  clockJump: { name: "warp_telemetry.clock_jump", severity: WARN, isUrgent: true },
  suspend: { name: "warp_telemetry.suspend", severity: WARN, isUrgent: true },
  // A store that takes nothing is not asked sooner, and one that does has got everything.
  storeLost: { name: "warp_telemetry.store_lost", severity: WARN, isUrgent: false },
  storeBack: { name: "warp_telemetry.store_back", severity: INFO, isUrgent: false },
  spotInterruption: { name: "warp_telemetry.spot_interruption", severity: WARN, isUrgent: true },
  stepKilled: { name: "warp_telemetry.step_killed", severity: ERROR, isUrgent: true },
  uncleanEnd: { name: "warp_telemetry.unclean_end", severity: ERROR, isUrgent: true },
} as const satisfies Readonly<Record<string, EventKind>>;

/** A number is whole. Undefined: it is not known, and the attribute is left out. */
export type EventValue = string | number | boolean | undefined;

/** Something that happened, once. */
export interface Event {
  readonly kind: EventKind;
  /** For people. In our words; text of others stands in `attributes` alone. */
  readonly text: string;
  /** By name; a name without a dot is one of the event's own and is put behind its name. */
  readonly attributes: Readonly<Record<string, EventValue>>;
}

/** Takes what a watch has seen. Never throws. */
export type Report = (event: Event) => void;
