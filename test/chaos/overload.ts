import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { Agent } from "../support/agent.ts";
import { arrayAt, numberAt } from "../support/json.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import { untilEmpty } from "./until-empty.ts";

const MiB = 1024 * 1024;
/** The limits of the agent, as it has them by default. */
const IN_FLIGHT_BYTES = 32 * MiB;
const PUT_BYTES = 16 * MiB;
/** What it may have beyond rings, requests in flight and objects being sent. */
const REST_BYTES = 60 * MiB;
const STALLED_SENDERS = 200;
const STALLED_BODY_BYTES = 10_000_000;
const IDLE_CONNECTIONS = 500;
/** Slowest hundredth of the accepted requests under load; machines of continuous integration have other work, too. */
const P99_MAX_MS = { short: 250, long: 50 };
const FLAT_OUT_MS = { short: 6000, long: 30_000 };

/**
 * Senders flat out against a slow store, 200 senders that stall one byte before the end of a 10 MB body and 500 idle
 * connections: memory stays bounded, refusals carry Retry-After of 1 to 5 s, accepted requests stay quick, and what was
 * acknowledged arrives once.
 */
export const OVERLOAD: Scenario = {
  name: "overload",
  ...(process.platform === "linux" ? {} : { missing: "reads /proc" }),
  run: async ({ isShort, say }) => {
    const mix = { usualMaxBytes: 60_000, largeMaxBytes: 2_000_000 };
    await using rig = await Rig.start({ title: "overload", world: "s3", connections: 16, pauseMs: 0, mix });
    await using agent = await rig.agent("senders flat out, store slow", { flags: ["--buffer-bytes", "8MiB"] });
    rig.world.storeFault = () => ({ kind: "slow", ms: 500 });
    const idle = Array.from({ length: IDLE_CONNECTIONS }, () => connect(agent.port, "127.0.0.1"));
    const stalled = Array.from({ length: STALLED_SENDERS }, () => stall(agent));
    for (const socket of [...idle, ...stalled]) socket.on("error", () => {});
    rig.load.start();
    const seen = await probe(agent, isShort ? FLAT_OUT_MS.short : FLAT_OUT_MS.long);
    const p99MaxMs = isShort ? P99_MAX_MS.short : P99_MAX_MS.long;
    const p99Ms = numberAt(seen, "p99Ms");
    const badRetryAfter = arrayAt(seen, "badRetryAfter");
    for (const socket of [...idle, ...stalled]) socket.destroy();
    await rig.load.pause();

    const peak = peakBytes(agent.pid);
    const touched = Object.values(Object(Object(await agent.stats()).streams)).reduce<number>(
      (sum, stream) => sum + numberAt(stream, "ring_capacity_bytes"),
      0,
    );
    const bound = touched + IN_FLIGHT_BYTES + PUT_BYTES + REST_BYTES;
    const { acknowledged, refused } = rig.ledger.counts();
    say(
      `peak RSS ${mib(peak)} MiB, bound ${mib(bound)}; p99 ${p99Ms.toFixed(1)} ms; ${acknowledged} taken, ${refused} refused`,
    );
    rig.expect(peak <= bound, `peak RSS ${mib(peak)} MiB, at most ${mib(bound)}`);
    rig.expect(p99Ms < p99MaxMs, `p99 of accepted requests ${p99Ms.toFixed(1)} ms, at most ${p99MaxMs}`);
    rig.expect(badRetryAfter.length === 0, `Retry-After of refusals: ${badRetryAfter.join(", ")}`);
    rig.expect(refused > 0, "nothing was refused: no overload");

    rig.world.heal();
    rig.recovered(await untilEmpty(agent));
    const { code, log } = await agent.stop();
    rig.expect(code === 0, `ended with ${code}\n${log}`);
    const verdict = await rig.verdict();
    return await rig.findings({ ...verdict, invented: verdict.invented.filter((line) => !line.includes('{"probe":')) });
  },
};

/** Says all but the last byte of a body. */
function stall(agent: Agent): Socket {
  const socket = connect(agent.port, "127.0.0.1", () => {
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${STALLED_BODY_BYTES}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(STALLED_BODY_BYTES - 1, 0x20));
  });
  return socket;
}

/** What `latency-probe.ts` saw of the agent during `ms`. */
async function probe({ port }: Agent, ms: number): Promise<unknown> {
  const script = join(import.meta.dir, "latency-probe.ts");
  const child = Bun.spawn([process.execPath, script, String(port), String(ms)], { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  return JSON.parse(text);
}

/** The largest resident set of the process so far. */
function peakBytes(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

function mib(bytes: number): string {
  return (bytes / MiB).toFixed(0);
}
