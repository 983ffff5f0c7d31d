/**
 * The agent under the fuzzer: limits small enough to be met often, and large enough for what lies behind a megabyte.
 */
const MIB = 1024 * 1024;

export const MAX_REQUEST_BYTES = 1.5 * MIB;
const IN_FLIGHT_MAX_BYTES = 6 * MIB;
const BUFFER_BYTES = 8 * MIB;
/** Half a ring: the longest line. */
export const LINE_MAX_BYTES = BUFFER_BYTES / 2;

export const FLAGS: readonly string[] = [
  `--max-request-bytes=${MAX_REQUEST_BYTES}`,
  `--in-flight-max-bytes=${IN_FLIGHT_MAX_BYTES}`,
  `--buffer-bytes=${BUFFER_BYTES}`,
];

/**
 * Peak of the resident memory: 80 MiB of the executable's pages and an idle runtime, 32 of the rings, the rest for what
 * is under way (12 MiB: bodies in flight, one decompressed, one line) and for garbage, which is collected late. A run
 * of 200,000 reaches 200 MiB in its first quarter and stays there, so what leaks 300 bytes a request is found by it.
 */
export const PEAK_MAX_MIB = 256;
