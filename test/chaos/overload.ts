import { connect, type Socket } from "node:net";
import { STREAMS } from "../../src/pipeline.ts";
import type { Agent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { mib, peakBytes } from "../support/peak-memory.ts";
import { p99MaxMs, probeLatency, withoutProbes } from "./probe-latency.ts";
import { isStarved, processorTime, processorWords } from "./processor-time.ts";
import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import { SlowSenders } from "./slow-senders.ts";
import { SLOW_PARTS } from "./trickle.ts";
import { untilEmpty } from "./until-empty.ts";

const MiB = 1024 * 1024;
/** The limits of the agent, as it has them by default. */
const IN_FLIGHT_BYTES = 32 * MiB;
const PUT_BYTES = 16 * MiB;
const RING_BYTES = 32 * MiB;
/** What it may have beyond rings, requests in flight and objects being sent; 42 of it are pages of the executable. */
const REST_BYTES = 60 * MiB;
const STALLED_SENDERS = 200;
const STALLED_BODY_BYTES = 10_000_000;
const IDLE_CONNECTIONS = 500;
const SLOW_SENDERS = 50;
const FLAT_OUT_MS = { short: 6000, long: 30_000 };
/** What it may take from there until a ring is full. */
const UNTIL_FULL_MAX_MS = 60_000;
/** A PUT of 8 MiB takes so long: less goes out than comes in. */
const STORE_MS = 5000;
const LOOK_EVERY_MS = 200;

/**
 * Senders flat out against a slow store, 50 that send or read in drops, 200 that stall one byte before the end of a
 * 10 MB body and 500 idle connections: memory stays bounded, refusals carry Retry-After of 1 to 5 s, accepted requests
 * stay quick, slow ones are taken, and what was acknowledged arrives once.
 */
export const OVERLOAD: Scenario = {
  isMeasured: true,
  name: "overload",
  ...(process.platform === "linux" ? {} : { missing: "reads /proc" }),
  run: async ({ isShort, random, say }) => {
    const mix = { usualMaxBytes: 60_000, largeMaxBytes: 2_000_000 };
    await using rig = await Rig.start({ title: "overload", world: "s3", connections: 16, pauseMs: 0, mix });
    const { ledger, load, world } = rig;
    await using agent = await rig.agent(`senders flat out, ${SLOW_SENDERS} slow ones among them, store slow`, {
      // Smaller rings take no body of 10 MB: it would be rejected unread, and nobody would stall.
      flags: ["--buffer-bytes", String(RING_BYTES)],
    });
    world.storeFault = () => ({ kind: "slow", ms: STORE_MS });
    const idle = Array.from({ length: IDLE_CONNECTIONS }, () => connect(agent.port, "127.0.0.1"));
    const stalled = Array.from({ length: STALLED_SENDERS }, () => stall(agent));
    for (const socket of [...idle, ...stalled]) socket.on("error", () => {});
    load.start();
    const slow = new SlowSenders({ ledger, port: agent.port, count: SLOW_SENDERS, mix, random, life: load.life });
    const inFlight = new InFlight(agent);
    const { p99Ms, badRetryAfter } = await probeLatency(agent, isShort ? FLAT_OUT_MS.short : FLAT_OUT_MS.long);
    const time = processorTime(agent.pid);
    await eventually("a ring to be full", () => ledger.counts().refused > 0, { timeoutMs: UNTIL_FULL_MAX_MS });
    const mostInFlight = await inFlight.stop();
    for (const socket of [...idle, ...stalled]) socket.destroy();
    await Promise.all([load.pause(), slow.stop()]);

    const peak = peakBytes(agent.pid);
    // On a busy machine not all rings get full.
    const bound = STREAMS.length * RING_BYTES + IN_FLIGHT_BYTES + PUT_BYTES + REST_BYTES;
    const { acknowledged, refused } = ledger.counts();
    say(
      `peak RSS ${mib(peak)} MiB, bound ${mib(bound)}, ${await ringsThatWereFull(agent)} rings full; in flight ${mib(mostInFlight)} MiB at most; p99 ${p99Ms.toFixed(1)} ms, ${processorWords(time)}; ${acknowledged} taken, ${refused} refused`,
    );
    say(`taken of the slow ones: ${SLOW_PARTS.map((part) => `${slow.acknowledged[part]} (${part})`).join(", ")}`);
    rig.expect(peak <= bound, `peak RSS ${mib(peak)} MiB, at most ${mib(bound)}`);
    rig.expect(mostInFlight >= STALLED_BODY_BYTES, "nobody stalled");
    rig.expect(mostInFlight <= IN_FLIGHT_BYTES, `${mib(mostInFlight)} MiB of requests in flight`);
    rig.expect(p99Ms < p99MaxMs(isShort) || isStarved(time), `p99 of accepted requests ${p99Ms.toFixed(1)} ms`);
    rig.expect(badRetryAfter.length === 0, `Retry-After of refusals: ${badRetryAfter.join(", ")}`);
    for (const part of SLOW_PARTS) rig.expect(slow.acknowledged[part] > 0, `no request with a slow ${part} was taken`);

    world.heal();
    rig.recovered(await untilEmpty(agent));
    const left = numberAt(await agent.stats(), "in_flight_bytes");
    rig.expect(left === 0, `${left} bytes are in flight when nobody sends`);
    const { code, log } = await agent.stop();
    rig.expect(code === 0, `ended with ${code}\n${log}`);
    return await rig.findings(withoutProbes(await rig.verdict()));
  },
};

async function ringsThatWereFull(agent: Agent): Promise<number> {
  const stats = await agent.stats();
  const refusals = STREAMS.map((stream) => valueAt(stats, "streams", stream, "refused_requests", "ring-full"));
  return refusals.filter((count) => count !== undefined).length;
}

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

/** Looks again and again how many bytes of requests the agent holds. */
class InFlight {
  #mostBytes = 0;
  #isStopped = false;
  readonly #looking: Promise<void>;

  constructor(agent: Agent) {
    this.#looking = this.#look(agent);
  }

  /** The most that was seen. */
  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#looking;
    return this.#mostBytes;
  }

  async #look(agent: Agent): Promise<void> {
    while (!this.#isStopped) {
      this.#mostBytes = Math.max(this.#mostBytes, numberAt(await agent.stats(), "in_flight_bytes"));
      await Bun.sleep(LOOK_EVERY_MS);
    }
  }
}
