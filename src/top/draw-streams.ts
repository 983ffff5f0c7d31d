import type { LiveStream } from "../live/live-data.ts";
import { shownInLine, withoutAnsi } from "../page/text/ansi.ts";
import { bytesText, countText, durationText, shareText } from "../lib/quantities.ts";
import { cut, filled, type Line, piece, spread } from "./line.ts";
import { type Seen, TEXT_MAX_CHARS } from "./seen.ts";

/** A ring so full is soon one that refuses. */
const NEARLY_FULL = 0.75;
const NAME_COLUMNS = 8;
const METER_COLUMNS = 5;
const LARGE_METER_COLUMNS = 20;
const UNKNOWN = "–";
/** Of lines and bytes a second, the last upload, and retries; the last two where there is room. */
const CELL_COLUMNS = [7, 8, 7, 7] as const;
const WIDE_COLUMNS = 54;

/** A line a stream below a heading: how full its ring is, lines and bytes a second, and in wide ones how uploads go. */
export function streamLines({ state, data, seenMs }: Seen, columns: number, rows: number): readonly Line[] {
  const isWide = columns >= WIDE_COLUMNS;
  const row = (cells: readonly string[]): string =>
    cells
      .slice(0, isWide ? CELL_COLUMNS.length : 2)
      .map((cell, at) => cell.padStart(CELL_COLUMNS[at] ?? 0))
      .join(" ");
  const heading = spread(
    [piece("Streams", "strong")],
    [piece(row(["lines/s", "bytes/s", "upload", "retries"]), "quiet")],
    columns,
  );
  const lines = Object.entries(state.streams).map(([name, stream]): Line => {
    const rate = data.connection.kind === "live" ? data.rates.rate(name, seenMs) : undefined;
    const { uploadMs, retries, refused } = stream;
    const left = [
      ...filled([piece(shownInLine(name, TEXT_MAX_CHARS))], NAME_COLUMNS),
      piece(" "),
      ...meter(stream, METER_COLUMNS),
      piece(` ${shareText(usedOf(stream)).padStart(5)}`),
      ...(retries + refused > 0 ? [piece(" !", "warn")] : []),
    ];
    const cells = [
      rate === undefined ? UNKNOWN : countText(rate.lines),
      rate === undefined ? UNKNOWN : bytesText(rate.bytes),
      uploadMs === null ? UNKNOWN : durationText(uploadMs),
      countText(retries),
    ];
    return spread(left, [piece(row(cells))], columns);
  });
  const { state: word, restarts } = state.collector;
  const collector: Line = [
    piece("collector "),
    piece(shownInLine(word, TEXT_MAX_CHARS), collectorStyle(word)),
    piece(`, ${restartsText(restarts)}`, "quiet"),
  ];
  return [heading, ...lines, collector].slice(0, rows).map((line) => cut(line, columns));
}

/** All that is known of a stream, in three lines. */
export function streamDetails({ state, data, seenMs }: Seen, columns: number): readonly Line[] {
  return Object.entries(state.streams).flatMap(([name, stream]): Line[] => {
    const rate = data.connection.kind === "live" ? data.rates.rate(name, seenMs) : undefined;
    const { ringUsedBytes, ringBytes, lines, bytes, objects, uploadMs, lastObject, retries, refused } = stream;
    return [
      [
        ...filled([piece(shownInLine(name, TEXT_MAX_CHARS), "strong")], NAME_COLUMNS),
        piece(" "),
        ...meter(stream, LARGE_METER_COLUMNS),
        piece(` ${shareText(usedOf(stream))}`),
        piece(` ${bytesText(ringUsedBytes)} of ${bytesText(ringBytes)} waits`, "quiet"),
      ],
      facts([
        ["lines/s", rate === undefined ? UNKNOWN : countText(rate.lines)],
        ["bytes/s", rate === undefined ? UNKNOWN : bytesText(rate.bytes)],
        ["lines", countText(lines)],
        ["size", bytesText(bytes)],
        ["retries", countText(retries), retries > 0],
        ["refused", countText(refused), refused > 0],
      ]),
      facts([
        ["objects", countText(objects)],
        ["upload", uploadMs === null ? UNKNOWN : durationText(uploadMs)],
        ["last", lastObject === null ? "nothing delivered yet" : shownInLine(lastObject, TEXT_MAX_CHARS)],
      ]),
    ].map((line) => cut(line, columns));
  });
}

/** The collector's state and its last output. */
export function collectorLines({ state }: Seen, columns: number): readonly Line[] {
  const { state: word, pid, restarts, output } = state.collector;
  const heading: Line = [
    piece("Collector ", "strong"),
    piece(shownInLine(word, TEXT_MAX_CHARS), collectorStyle(word)),
    piece(` · ${pid === null ? "no process" : `process ${pid}`} · ${restartsText(restarts)}`, "quiet"),
  ];
  const said = output.map((line): Line => [
    piece("  "),
    piece(shownInLine(withoutAnsi(line.slice(0, TEXT_MAX_CHARS)), TEXT_MAX_CHARS), "quiet"),
  ]);
  return [heading, ...said].map((line) => cut(line, columns));
}

type Fact = readonly [term: string, value: string, isBad?: boolean];

function facts(pairs: readonly Fact[]): Line {
  return [
    piece("  "),
    ...pairs.flatMap(([term, value, isBad = false]) => [
      piece(`${term} `, "quiet"),
      piece(value, isBad ? "bad" : ""),
      piece("   "),
    ]),
  ];
}

function usedOf({ ringUsedBytes, ringBytes }: LiveStream): number {
  return ringBytes > 0 ? ringUsedBytes / ringBytes : 0;
}

/** What is used of a ring: a part of the line is heavy. */
function meter(stream: LiveStream, columns: number): Line {
  const used = usedOf(stream);
  // A ring that holds anything is not empty.
  const heavy = used > 0 ? Math.min(columns, Math.max(1, Math.round(used * columns))) : 0;
  return [piece("━".repeat(heavy), used > NEARLY_FULL ? "bad" : "good"), piece("─".repeat(columns - heavy), "quiet")];
}

function restartsText(restarts: number): string {
  return restarts === 1 ? "1 restart" : `${restarts} restarts`;
}

/** Everything else deserves a look. */
function collectorStyle(state: string): string {
  return state === "running" ? "good" : state === "off" || state === "starting" ? "quiet" : "warn";
}
