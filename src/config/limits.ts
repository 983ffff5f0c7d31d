import { formatByteSize } from "./byte-size.ts";
import type { Config } from "./config.ts";
import type { Findings } from "./findings.ts";
import type { Settings } from "./schema.ts";

// Limits that have to fit each other. A default that conflicts with a value that was given follows it.
const MAX_REQUEST = "telemetry.max_request_bytes";
const IN_FLIGHT = "telemetry.in_flight_max_bytes";
const BUFFER = "telemetry.buffer_bytes";
const PUTS = "telemetry.put_max_bytes";
const OBJECT = "telemetry.object_max_bytes";
/** The size of a ring is a multiple of this, which is a multiple of every page size in use. */
const BUFFER_UNIT_BYTES = 64 * 1024;

type Telemetry = Settings["telemetry"];

/** A line may be at most half a ring, and a request at most what may be in flight. */
export function requestLimits(
  telemetry: Telemetry,
  findings: Findings,
): Pick<Config, "bufferBytes" | "maxRequestBytes" | "inFlightMaxBytes"> {
  const wantedBytes = defaultAtMost(MAX_REQUEST, telemetry.max_request_bytes, telemetry.in_flight_max_bytes, findings);
  const ringBytes = findings.isDefault(MAX_REQUEST) ? 0 : 2 * wantedBytes;
  const bufferBytes = wholeUnits(defaultAtLeast(BUFFER, telemetry.buffer_bytes, ringBytes, findings));
  if (bufferBytes > telemetry.buffer_bytes && findings.isDefault(BUFFER)) {
    const facts = { given: findings.show(MAX_REQUEST), now: formatByteSize(bufferBytes) };
    findings.warn(`${BUFFER} follows ${MAX_REQUEST}: each of the four rings is a file of that size`, facts);
  }
  const maxRequestBytes = atMostHalf(wantedBytes, bufferBytes, findings);
  const inFlightMaxBytes = defaultAtLeast(IN_FLIGHT, telemetry.in_flight_max_bytes, maxRequestBytes, findings);
  return { bufferBytes, maxRequestBytes, inFlightMaxBytes };
}

/** An object is at most what may be in memory for uploads. */
export function uploadLimits(
  { object_max_bytes: objectBytes, put_max_bytes: putsBytes }: Telemetry,
  findings: Findings,
): Pick<Config, "objectMaxBytes" | "putsInFlightMaxBytes"> {
  const putsInFlightMaxBytes = defaultAtLeast(PUTS, putsBytes, objectBytes, findings);
  return { objectMaxBytes: defaultAtMost(OBJECT, objectBytes, putsInFlightMaxBytes, findings), putsInFlightMaxBytes };
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
