import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/cli.ts";
import { releaseLog } from "../support/captured-log.ts";
import type { ExitCode } from "../../src/cli/exit-codes.ts";

export interface CliRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in an empty directory, without a process of its own. */
export async function cli(argv: readonly string[], given: Partial<CliContext> = {}): Promise<CliRun> {
  let [out, err] = ["", ""];
  const code = await runCli({
    argv,
    variables: {},
    workingDirectory: mkdtempSync(join(tmpdir(), "cli-")),
    hostName: "machine",
    executable: "/nowhere/warp-telemetry",
    executableDirectory: "/nowhere",
    isTerminal: false,
    screen: () => undefined,
    terminal: () => undefined,
    stop: new AbortController().signal,
    out: (text) => (out += text),
    err: (text) => (err += text),
    ...given,
  });
  // The commands set up the log; other tests want it silent.
  releaseLog();
  return { code, out, err };
}
