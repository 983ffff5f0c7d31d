/**
 * Small requests, one after another, from a process of its own: in the senders' process their own work would be
 * measured. `bun latency-probe.ts PORT MS` prints what it saw as JSON.
 */
import { SIGNAL_PATHS } from "../support/samples.ts";

const PAUSE_MS = 5;

const [port = "", ms = ""] = process.argv.slice(2);
const tookMs: number[] = [];
const badRetryAfter = new Set<string>();
const untilMs = performance.now() + Number(ms);
for (let number = 0; performance.now() < untilMs; number++) {
  const startMs = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}${SIGNAL_PATHS["gha-logs"]}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: `{"probe":${number}}`,
  });
  await answer.bytes();
  if (answer.status === 200) tookMs.push(performance.now() - startMs);
  const retryAfter = answer.headers.get("retry-after") ?? "none";
  if (answer.status === 503 && !/^[1-5]$/.test(retryAfter)) badRetryAfter.add(retryAfter);
  await Bun.sleep(PAUSE_MS);
}
const sorted = tookMs.toSorted((a, b) => a - b);
const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? null;
process.stdout.write(JSON.stringify({ taken: sorted.length, p99Ms, badRetryAfter: [...badRetryAfter] }));
