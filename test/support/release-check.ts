/**
 * `bun run release:check`: what takes too long for every change. `bun run ok` first, then the long searches for a torn
 * ring, for a codec that differs from its oracles and for a request that is answered wrongly, the long chaos run, the
 * benches. Some 45 minutes on two cores; the results of the last two stand in `test/chaos/results.md` and
 * `test/bench/results.md`, to be committed.
 */
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const BUN = process.execPath;

const STEPS: readonly (readonly [what: string, command: readonly string[], environment?: Record<string, string>])[] = [
  ["ok", [BUN, "test/support/ok.ts"]],
  ["ring, a crash at every store", [BUN, "test", "test/ring/crash.test.ts"], { RING_RUNS: "20000" }],
  ["codec against its oracles", [BUN, "test", "test/otlp"], { CODEC_RUNS: "10000" }],
  ["receiver under a fuzzer", [BUN, "test", "test/fuzz/fuzz.test.ts"], { FUZZ_CASES: "200000", FUZZ_SEED: "7" }],
  ["chaos", [BUN, "test/chaos/run.ts", "--write"]],
  ["bench", [BUN, "test/bench/run.ts", "--write"]],
  ["footprint", [BUN, "test/bench/footprint.ts", "--write"]],
];

for (const [what, command, environment] of STEPS) {
  process.stderr.write(`\n══ ${what}\n`);
  const env = { ...process.env, ...environment };
  const { exitCode } = Bun.spawnSync([...command], { cwd: ROOT, env, stdout: "inherit", stderr: "inherit" });
  if (exitCode !== 0) {
    process.stderr.write(`\nnot ready for a release: ${what}\n`);
    process.exit(1);
  }
}
process.stderr.write("\nready for a release\n");
