import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userFiles } from "../collector/configuration.ts";
import { findProgram } from "../collector/find-program.ts";
import { judgeConfiguration } from "../collector/judge-configuration.ts";
import { searchPathOf } from "../collector/search-path.ts";
import { verdictOfAbsent } from "../collector/verdict.ts";
import type { Config } from "../config/config.ts";
import { errorText } from "../lib/error-text.ts";
import { HeldFolder } from "../lib/held-folder.ts";
import type { Environment } from "./environment.ts";
import { collectorOptions } from "./open-collector.ts";

/** Why the collector could not be run as it is configured; none when it could. */
export async function collectorProblems(
  config: Config,
  environment: Environment,
  abort: AbortSignal,
): Promise<readonly string[]> {
  const found = programOf(config, environment);
  const unreadable = config.collector.configFiles.flatMap(fileProblem);
  if (!("program" in found)) return [found.problem, ...unreadable];
  if (unreadable.length > 0) return unreadable;
  const problem = await configurationProblem(found.program, config, environment, abort);
  return problem === undefined ? [] : [problem];
}

function programOf(
  { collector: { path }, baseDirectory }: Config,
  { variables, executableDirectory }: Environment,
): { readonly program: string } | { readonly problem: string } {
  const { folders } = searchPathOf(variables["PATH"]);
  const places = { executableDirectory, baseDirectory, folders, ...(path === undefined ? {} : { path }) };
  const { program, tried, skipped } = findProgram(places);
  if (program !== undefined) return { program };
  if (path !== undefined && skipped.length === 0 && existsSync(path)) {
    const found = statSync(path).isDirectory()
      ? "a folder, a program wanted"
      : `it may not be run, a program wanted; run: chmod +x "${path}"`;
    return { problem: `Cannot use telemetry.collector.path "${path}": ${found}` };
  }
  const { reason, remedy } = verdictOfAbsent({ tried, skipped });
  return { problem: `${reason}; ${remedy}` };
}

/** An overlay that cannot be read, in its own words. */
function fileProblem(file: string): readonly string[] {
  try {
    userFiles([file]);
    return [];
  } catch (error) {
    const text = errorText(error);
    if (text.startsWith("Cannot ")) return [text];
    return [`Cannot use telemetry.collector.config "${file}": ${text}, a file that can be read wanted`];
  }
}

/** What the collector itself says of its configuration, in a folder that is made for this and removed again. */
async function configurationProblem(
  program: string,
  config: Config,
  environment: Environment,
  abort: AbortSignal,
): Promise<string | undefined> {
  const { configFiles } = config.collector;
  const wanted = configFiles.length === 0 ? "" : `; correct ${configFiles.map((file) => `"${file}"`).join(", ")}`;
  let directory: string | undefined;
  let home: HeldFolder | undefined;
  try {
    directory = mkdtempSync(join(tmpdir(), "warp-telemetry-validate-"));
    home = HeldFolder.findTrusted("the folder for temporary files (TMPDIR)", directory);
    const options = collectorOptions(config, environment, { home, receiverPort: config.receiver.port });
    const verdict = await judgeConfiguration(options, program, abort);
    return verdict === undefined ? undefined : `Cannot run the collector "${program}": ${verdict}${wanted}`;
  } catch (error) {
    const text = errorText(error);
    return text.startsWith("Cannot ") ? text : `Cannot run the collector "${program}": ${text}`;
  } finally {
    home?.close();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}
