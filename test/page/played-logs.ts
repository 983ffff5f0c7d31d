import type { LiveLog } from "../../src/live/live-data.ts";
import { FULL_AT_S, HOSTILE, LENGTH_S, OOM_AT_S, playedSteps, START_MS } from "./played-job.ts";
import { randomFrom } from "./random.ts";

const USUAL = [
  "\u001B[32m✓\u001B[39m cart › adds an item \u001B[90m(12 ms)\u001B[39m",
  "\u001B[32m✓\u001B[39m checkout › takes a voucher once \u001B[90m(48 ms)\u001B[39m",
  "#14 [build 6/9] RUN npm run build",
  "src/cart/total.ts(81,7): checked",
  "GET https://registry.example/react/-/react-21.0.1.tgz 200",
  "\u001B[36minfo\u001B[39m compiled 214 modules in 1.8 s",
  "Cache hit for: node-modules-linux-x64-6f1c0a",
  "\u001B[1mTests\u001B[22m  \u001B[32m412 passed\u001B[39m, \u001B[33m3 skipped\u001B[39m",
] as const;

const WARNINGS = [
  "npm \u001B[33mwarn\u001B[39m deprecated glob@7.2.3: versions prior to v9 are no longer supported",
  "\u001B[33m⚠\u001B[39m cart › merges two carts: slow, 2.1 s",
  "ci-runner \u001B[33mwarn\u001B[39m retrying the pull of postgres:19 (1 of 3)",
  "src/checkout/voucher.ts(14,3): \u001B[33mwarning\u001B[39m 'expires' is deprecated",
] as const;

/** The lines of the played job, in the order of time; among them the ones that somebody would look for. */
export function playedLogs(count: number): LiveLog[] {
  const random = randomFrom(count);
  const steps = playedSteps();
  const logs: LiveLog[] = [];
  for (let n = 0; n < count; n++) {
    const atMs = START_MS + Math.floor((n / count) * LENGTH_S * 1000);
    const running = steps.filter(
      ({ startedAtMs, endedAtMs }) => startedAtMs <= atMs && atMs < (endedAtMs ?? Number.POSITIVE_INFINITY),
    );
    const step = running[Math.floor(random() * running.length)];
    const draw = random();
    const severity = draw > 0.997 ? 17 : draw > 0.98 ? 13 : 9;
    const text =
      severity === 17
        ? "\u001B[31m✗\u001B[39m checkout › refuses an expired card: expected 402, received 500"
        : severity === 13
          ? (WARNINGS[Math.floor(random() * WARNINGS.length)] ?? "")
          : (USUAL[Math.floor(random() * USUAL.length)] ?? "");
    logs.push({
      atMs,
      stream: "gha-logs",
      severity,
      text: `${text} [line ${n}]`,
      ...(step === undefined ? {} : { stepId: step.id }),
    });
  }
  const put = (second: number, severity: number, stepId: string, text: string): void => {
    const atMs = START_MS + second * 1000;
    const at = logs.findIndex((log) => log.atMs >= atMs);
    logs.splice(at, 1, { atMs, stream: "gha-logs", severity, stepId, text });
  };
  put(
    OOM_AT_S,
    21,
    "step-9",
    "\u001B[1;31mKilled\u001B[0m  node --test (exit code 137)\nthe kernel says: Out of memory: Killed process 4711 (node)",
  );
  put(FULL_AT_S, 17, "step-11", "tar: write error: \u001B[31mNo space left on device\u001B[0m");
  put(FULL_AT_S + 20, 9, "step-11", HOSTILE);
  put(FULL_AT_S + 25, 9, "step-11", `${HOSTILE} ${"x".repeat(1024 * 1024)}`);
  return logs;
}
