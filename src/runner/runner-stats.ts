import type { RunnerStats } from "../stats/agent-stats.ts";
import type { LogFile } from "./log-file.ts";
import type { PieceReader } from "./piece-reader.ts";
import { REFUSALS } from "./refusals.ts";
import type { RingWriter } from "./ring-writer.ts";
import type { SourceFacts } from "./runner-health.ts";
import type { SourceTree } from "./source-tree.ts";

/** What the reader of runner logs knows of itself. */
export interface RunnerState {
  readonly trees: readonly SourceTree[];
  readonly files: readonly LogFile[];
  readonly openFiles: number;
  readonly reader: PieceReader;
  readonly writer: RingWriter;
  readonly lostBytes: number;
  readonly facts: readonly SourceFacts[];
}

/** The same as `/stats` has it. */
export function runnerStats({ trees, files, openFiles, reader, writer, lostBytes, facts }: RunnerState): RunnerStats {
  const refused = REFUSALS.map((kind) => {
    return [kind.replace("-", "_"), facts.reduce((sum, { refusals }) => sum + refusals.count(kind), 0)] as const;
  });
  return {
    sources: trees.map(({ source, state }) => ({ folder: source.folder, state })),
    folders: trees.reduce((sum, tree) => sum + tree.folders, 0),
    files: files.length,
    open_files: openFiles,
    read_bytes: reader.readBytes,
    records: writer.records,
    lines: writer.lines,
    waiting_bytes: files.reduce((sum, file) => sum + file.bytesBehind, 0),
    lost_bytes: lostBytes,
    refused: Object.fromEntries(refused),
  };
}
