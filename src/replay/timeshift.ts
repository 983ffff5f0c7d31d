/**
 * The times of OTLP/JSON: `"timeUnixNano":"1700000000000000000"`, as a string or a number. Inside of a text the quotes
 * would be escaped, so no text of a log matches.
 */
const TIME = /"((?:observed|start|end)?[tT]imeUnixNano)"(\s*:\s*)("?)(\d{1,20})\3/g;
const NS_PER_MS = 1_000_000n;

/** The line with every time moved by `shiftMs`. A time of 0, which means that none is known, stays. Pure. */
export function shifted(line: string, shiftMs: number): string {
  const shiftNs = BigInt(Math.round(shiftMs)) * NS_PER_MS;
  return line.replaceAll(TIME, (whole: string, key: string, colon: string, quote: string, digits: string) => {
    const ns = BigInt(digits);
    return ns === 0n ? whole : `"${key}"${colon}${quote}${ns + shiftNs}${quote}`;
  });
}
