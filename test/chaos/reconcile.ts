import { errorText } from "../../src/lib/error-text.ts";
import { contentOf, OBJECT_NAME } from "../support/lines.ts";
import { attemptOf, type AttemptMix, markIn, USUAL_MIX } from "./attempt.ts";
import { ALLOWED, type Ledger } from "./ledger.ts";

/** What the objects say beside the books. Attempts by their numbers; the three lists of words are for people. */
export interface Verdict {
  /** How often each attempt stands in the objects, by number. */
  readonly stored: Uint16Array;
  /** Acknowledged and nowhere. */
  readonly missing: readonly number[];
  /** More often there than once, whatever the answer was. */
  readonly doubled: readonly number[];
  /** Refused, rejected or never sent, and there all the same. */
  readonly forbidden: readonly number[];
  /** Lines that nobody sent, or that are not, byte for byte, what was sent. */
  readonly invented: readonly string[];
  /** What is not a line of JSON, or an object with another name or a cut end. */
  readonly broken: readonly string[];
}

/** Compares the books with every object. Reads each line as JSON, and makes each attempt again to compare its bytes. */
export function reconcile(
  ledger: Ledger,
  objects: ReadonlyMap<string, Uint8Array>,
  mix: AttemptMix = USUAL_MIX,
): Verdict {
  const stored = new Uint16Array(ledger.entries.length);
  const invented: string[] = [];
  const broken: string[] = [];
  for (const [name, bytes] of objects) {
    if (!OBJECT_NAME.test(name)) broken.push(`${name}: no name of ours`);
    for (const line of linesOf(name, bytes, broken)) {
      const number = isJson(line) ? numberOf(ledger, line, mix) : undefined;
      if (number !== undefined) stored[number] = (stored[number] ?? 0) + 1;
      else if (isOwn(line)) continue;
      else if (isJson(line)) invented.push(`${name}: ${line.slice(0, 200)}`);
      else broken.push(`${name}: ${line.slice(0, 200)}`);
    }
  }
  const wrong = (is: (times: number, least: number, most: number) => boolean): number[] =>
    ledger.entries.flatMap(({ outcome }, number) => {
      const { least, most } = ALLOWED[outcome];
      return is(stored[number] ?? 0, least, most) ? [number] : [];
    });
  return {
    stored,
    missing: wrong((times, least) => times < least),
    doubled: wrong((times) => times > 1),
    forbidden: wrong((times, _, most) => most === 0 && times > 0),
    invented,
    broken,
  };
}

/** True when nothing is wrong in it. */
export function isClean({ missing, doubled, forbidden, invented, broken }: Verdict): boolean {
  return [missing, doubled, forbidden, invented, broken].every(({ length }) => length === 0);
}

function linesOf(name: string, bytes: Uint8Array, broken: string[]): string[] {
  let content: Uint8Array;
  try {
    content = contentOf(name, bytes);
  } catch (error) {
    broken.push(`${name}: it cannot be inflated: ${errorText(error)}`);
    return [];
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(content);
  if (!text.endsWith("\n")) broken.push(`${name}: its end is cut off`);
  return text.replace(/\n$/, "").split("\n");
}

/** What the agent measures itself where it runs a collector; it has no sender, and its scope has the agent's name. */
function isOwn(line: string): boolean {
  return line.includes('"scope":{"name":"warp-telemetry/');
}

/** The attempt whose line this is, to the byte. */
function numberOf(ledger: Ledger, line: string, mix: AttemptMix): number | undefined {
  const mark = markIn(line);
  if (mark === undefined || mark.label !== ledger.label || mark.number >= ledger.entries.length) return undefined;
  return attemptOf(ledger.label, mark.number, mix).line === line ? mark.number : undefined;
}

function isJson(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
