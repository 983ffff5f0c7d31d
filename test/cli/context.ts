import type { CliContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/cli.ts";
import { releaseLog } from "../support/captured-log.ts";
import { TempDir } from "../support/temp-dir.ts";
import type { ExitCode } from "../../src/cli/exit-codes.ts";

export interface CliRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in an empty directory, without a process of its own. */
export async function cli(argv: readonly string[], given: Partial<CliContext> = {}): Promise<CliRun> {
  let [out, err] = ["", ""];
  using directory = new TempDir("cli");
  const code = await runCli({
    argv,
    variables: {},
    workingDirectory: directory.path,
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
