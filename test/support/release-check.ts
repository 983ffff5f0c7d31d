/**
 * `bun run release:check`: what takes too long for every change. `bun run ok` first, then the long searches for a torn
 * ring, for a codec that differs from its oracles and for a request that is answered wrongly, the long chaos run, the
 * boot of a virtual machine, a month of a fleet, the benches. Some three hours on two cores. The results stand in
 * `results.md` of `test/chaos`, `test/boot`, `test/fleet` and `test/bench`, to be committed.
 */
import { BUN, endWith, type Gate, runGates } from "./gates.ts";

const GATES: readonly Gate[] = [
  { what: "ok", command: [BUN, "test/support/ok.ts"] },
  {
    what: "ring, a crash at every store",
    command: [BUN, "test", "test/ring/crash.test.ts"],
    environment: { RING_RUNS: "20000" },
  },
  { what: "codec against its oracles", command: [BUN, "test", "test/otlp"], environment: { CODEC_RUNS: "10000" } },
  {
    what: "receiver under a fuzzer",
    command: [BUN, "test", "test/fuzz/fuzz.test.ts"],
    environment: { FUZZ_CASES: "200000", FUZZ_SEED: "7" },
  },
  { what: "chaos", command: [BUN, "test/chaos/run.ts", "--write"] },
  { what: "boot", command: [BUN, "test/boot/run.ts", "--write"] },
  { what: "fleet", command: [BUN, "test/fleet/run.ts", "--month", "--write"] },
  { what: "bench", command: [BUN, "test/bench/run.ts", "--write"] },
  { what: "footprint", command: [BUN, "test/bench/footprint.ts", "--write"] },
  { what: "report", command: [BUN, "test/bench/report.ts", "--write"] },
  { what: "overhead", command: [BUN, "test/bench/overhead.ts", "--write"] },
];

endWith(runGates(GATES));
