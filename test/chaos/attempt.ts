import { type StreamName, SIGNAL_PATHS, requestJson } from "../support/samples.ts";
import { Random } from "./random.ts";

/** One POST of the suite, made from its number alone: the reconciler makes it again and compares byte for byte. */
export interface Attempt {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The line that stands in an object when it was accepted. */
  readonly line: string;
  /** False when the agent must answer 4xx. */
  readonly isGood: boolean;
}

/** What attempts are like. Sizes in bytes of padding. */
export interface AttemptMix {
  readonly usualMaxBytes: number;
  /** One attempt in fifty is of up to this size. */
  readonly largeMaxBytes: number;
  /** Default: all four, half of the attempts being logs. Given, all attempts are good ones. */
  readonly streams?: readonly StreamName[];
}

const STREAMS: readonly StreamName[] = ["logs", "logs", "logs", "metrics", "traces", "gha-logs"];
export const USUAL_MIX: AttemptMix = { usualMaxBytes: 2000, largeMaxBytes: 100_000 };

const JSON_TYPE = { "content-type": "application/json" };
/** More than any agent takes: 16 MiB, or half of a smaller ring. */
const TOO_LARGE_BYTES = 17 * 1024 * 1024;
/** How often, in a thousand, an attempt is one that must be rejected, by kind. */
const BAD_PER_MILLE = { broken: 10, cut: 5, wrongType: 5, tooLarge: 1 };

/** The text by which an attempt is found again: which books, which number. */
export function markOf(label: string, number: number): string {
  return `chaos.${label}.${number}.`;
}

const MARK = /chaos\.([\w-]+)\.(\d+)\./;

/** The attempt that a stored line came from; undefined when it carries no mark. */
export function markIn(line: string): { readonly label: string; readonly number: number } | undefined {
  const [, label, number] = MARK.exec(line) ?? [];
  return label === undefined || number === undefined ? undefined : { label, number: Number(number) };
}

export function attemptOf(label: string, number: number, mix: AttemptMix = USUAL_MIX): Attempt {
  const random = new Random(number * 2_654_435_761);
  const stream: StreamName = random.pick(mix.streams ?? STREAMS);
  const size = random.int(0, random.chance(0.02) ? mix.largeMaxBytes : mix.usualMaxBytes);
  const line = requestJson(stream, markOf(label, number) + padding(random, size));
  const path = SIGNAL_PATHS[stream];
  const good = { path, headers: JSON_TYPE, body: line, line, isGood: true };

  if (mix.streams !== undefined) return good;
  let draw = random.int(0, 999);
  if ((draw -= BAD_PER_MILLE.broken) < 0) return { ...good, body: `${line}}`, isGood: false };
  if ((draw -= BAD_PER_MILLE.cut) < 0) return { ...good, body: line.slice(0, -2), isGood: false };
  if ((draw -= BAD_PER_MILLE.wrongType) < 0) {
    return { ...good, headers: { "content-type": "text/plain" }, isGood: false };
  }
  if ((draw -= BAD_PER_MILLE.tooLarge) < 0) return { ...good, body: line + " ".repeat(TOO_LARGE_BYTES), isGood: false };
  if (draw < 100) {
    return { ...good, body: Bun.gzipSync(Buffer.from(line)), headers: { ...JSON_TYPE, "content-encoding": "gzip" } };
  }
  return good;
}

/** Not one letter over and over: two torn pieces would then look whole. */
function padding(random: Random, bytes: number): string {
  let text = "";
  while (text.length < bytes) text += random.int(0, 0xffffffff).toString(36);
  return text.slice(0, bytes);
}
