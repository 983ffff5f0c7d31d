/** A finding in words, with all that is needed to see it again. */
import { LiveAgent } from "../conformance/live-agent.ts";
import { ANSWER_MAX_MS, isBadStatus } from "./faults.ts";
import type { Finding } from "./hunt.ts";
import { FLAGS } from "./limits.ts";
import { play } from "./play.ts";
import { shrunk } from "./shrink.ts";

/** What is shown of the bytes that were sent. */
const SHOWN_BYTES = 1500;

/** Of several findings only those that are bad alone, if any: they made the others. */
export async function report(seed: number, findings: readonly Finding[]): Promise<string> {
  const found = await Promise.all(
    findings.map(async (finding) => ({ ...finding, smallest: await smallestBad(finding.case.bytes) })),
  );
  const alone = found.filter(({ smallest }) => smallest !== undefined);
  return (alone.length > 0 ? alone : found).map((one) => inWords(seed, one)).join("\n\n");
}

interface Shrunk extends Finding {
  readonly smallest: Uint8Array | undefined;
}

function inWords(seed: number, { case: { number, bytes }, faults, smallest }: Shrunk): string {
  return [
    `case ${number}: ${faults.join("\n  and ")}`,
    `  again   FUZZ_SEED=${seed} FUZZ_CASE=${number} bun test test/fuzz/fuzz.test.ts`,
    `  sent    ${shown(bytes)}`,
    `  enough  ${smallest === undefined ? "not known: it is bad beside others, or in what it means" : shown(smallest)}`,
  ].join("\n");
}

/** Less of what was sent, that still ends an agent, keeps it busy, or gets an answer that nothing may get. */
async function smallestBad(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  let live = await LiveAgent.start(FLAGS);
  const isBad = async (candidate: Uint8Array): Promise<boolean> => {
    if (!(await isWell(live))) {
      await live[Symbol.asyncDispose]();
      live = await LiveAgent.start(FLAGS);
    }
    const plain = {
      number: 0,
      requests: [],
      pieceEnds: [candidate.length],
      isPaced: false,
      ending: "half-close",
    } as const;
    const saw = await play(live.agent.port, { ...plain, bytes: candidate }).catch(() => undefined);
    if (saw === undefined || saw.waitedMs > ANSWER_MAX_MS) return true;
    return saw.answers.some(({ status }) => isBadStatus(status)) || !(await isWell(live));
  };
  try {
    return (await isBad(bytes)) ? await shrunk(bytes, isBad) : undefined;
  } finally {
    await live[Symbol.asyncDispose]();
  }
}

async function isWell({ agent }: LiveAgent): Promise<boolean> {
  return await agent.get("/health").then(
    ({ ok }) => ok,
    () => false,
  );
}

function shown(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString("latin1"));
  return bytes.length > SHOWN_BYTES ? `${text} … ${bytes.length} bytes` : text;
}
