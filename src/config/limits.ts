import { formatByteSize } from "./byte-size.ts";
import type { Findings } from "./findings.ts";
import type { Values } from "./schema.ts";

// Limits that have to fit each other. A default that conflicts with a value that was given follows it.
const MAX_REQUEST = "telemetry.max_request_bytes";
const IN_FLIGHT = "telemetry.in_flight_max_bytes";
const BUFFER = "telemetry.buffer_bytes";
const PUTS = "telemetry.put_max_bytes";
const OBJECT = "telemetry.object_max_bytes";
/** The size of a ring is a multiple of this, which is a multiple of every page size in use. */
const BUFFER_UNIT_BYTES = 64 * 1024;

/** The sections with such limits, each right by itself. */
export type Limits = Pick<Values, "receiver" | "rings" | "upload">;

/** The same with limits that fit each other. */
export function fittingLimits({ receiver, rings, upload }: Limits, findings: Findings): Limits {
  return { ...requestLimits(receiver, rings, findings), upload: uploadLimits(upload, findings) };
}

/** A line may be at most half a ring, and a request at most what may be in flight. */
function requestLimits(
  receiver: Limits["receiver"],
  rings: Limits["rings"],
  findings: Findings,
): Pick<Limits, "receiver" | "rings"> {
  const wantedBytes = defaultAtMost(MAX_REQUEST, receiver.maxRequestBytes, receiver.inFlightMaxBytes, findings);
  const ringBytes = findings.isDefault(MAX_REQUEST) ? 0 : 2 * wantedBytes;
  const capacityBytes = wholeUnits(defaultAtLeast(BUFFER, rings.capacityBytes, ringBytes, findings));
  if (capacityBytes > rings.capacityBytes && findings.isDefault(BUFFER)) {
    const facts = { given: findings.show(MAX_REQUEST), now: formatByteSize(capacityBytes) };
    findings.warn(`${BUFFER} follows ${MAX_REQUEST}: each of the four rings is a file of that size`, facts);
  }
  const maxRequestBytes = atMostHalf(wantedBytes, capacityBytes, findings);
  const inFlightMaxBytes = defaultAtLeast(IN_FLIGHT, receiver.inFlightMaxBytes, maxRequestBytes, findings);
  if (inFlightMaxBytes < maxRequestBytes) {
    findings.wrong(IN_FLIGHT, `at least ${MAX_REQUEST}, which is ${formatByteSize(maxRequestBytes)}`);
  }
  return { receiver: { ...receiver, maxRequestBytes, inFlightMaxBytes }, rings: { ...rings, capacityBytes } };
}

/** An object is at most what may be in memory for uploads. */
function uploadLimits(upload: Limits["upload"], findings: Findings): Limits["upload"] {
  const putsInFlightMaxBytes = defaultAtLeast(PUTS, upload.putsInFlightMaxBytes, upload.objectMaxBytes, findings);
  const objectMaxBytes = defaultAtMost(OBJECT, upload.objectMaxBytes, putsInFlightMaxBytes, findings);
  if (putsInFlightMaxBytes < objectMaxBytes) {
    findings.wrong(PUTS, `at least ${OBJECT}, which is ${formatByteSize(objectMaxBytes)}`);
  }
  return { ...upload, objectMaxBytes, putsInFlightMaxBytes };
}

function defaultAtLeast(key: string, bytes: number, leastBytes: number, findings: Findings): number {
  return findings.isDefault(key) ? Math.max(bytes, leastBytes) : bytes;
}

function defaultAtMost(key: string, bytes: number, mostBytes: number, findings: Findings): number {
  return findings.isDefault(key) ? Math.min(bytes, mostBytes) : bytes;
}

function wholeUnits(bytes: number): number {
  return Math.ceil(bytes / BUFFER_UNIT_BYTES) * BUFFER_UNIT_BYTES;
}

/** A ring that was given cuts a request that was given: no longer line would ever fit. */
function atMostHalf(requestBytes: number, bufferBytes: number, findings: Findings): number {
  const maxBytes = Math.min(requestBytes, bufferBytes / 2);
  if (maxBytes < requestBytes && !findings.isDefault(MAX_REQUEST)) {
    const facts = { given: findings.show(MAX_REQUEST), now: formatByteSize(maxBytes) };
    findings.warn(`${MAX_REQUEST} is cut to half of ${BUFFER}, no longer line fits`, facts);
  }
  return maxBytes;
}
