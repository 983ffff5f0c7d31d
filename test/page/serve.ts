/** `bun test/page/serve.ts [port]`: the page with a played job that goes on, to look at it in a browser. */
import { LENGTH_S, playedProcesses, playedSample, playedState, START_MS } from "./played-job.ts";
import { playedLogs } from "./played-logs.ts";
import { playedSpans } from "./played-spans.ts";
import { StandIn } from "./stand-in.ts";

const PORT = 33_999;
const LINES = 100_000;

const standIn = new StandIn(
  { state: playedState(), logs: playedLogs(LINES), spans: playedSpans() },
  Number(process.argv[2] ?? PORT),
);
process.stdout.write(`${standIn.url}\n`);
let second = LENGTH_S;
setInterval(() => {
  second++;
  const atMs = START_MS + second * 1000;
  standIn.send("sample", { atMs, values: playedSample(second) });
  const text = `\u001B[36minfo\u001B[39m deployed ${second - LENGTH_S} of 300 objects`;
  standIn.send("logs", { records: [{ atMs, stream: "gha-logs", severity: 9, text, stepId: "step-12" }], leftOut: 0 });
  if (second % 2 === 0) standIn.send("change", { processes: playedProcesses(second) });
}, 1000);
