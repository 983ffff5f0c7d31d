import type { Config } from "../config/config.ts";
import { homePlace } from "../home/home-place.ts";
import { errorText } from "../lib/error-text.ts";
import { folderProblem } from "../lib/folder-problem.ts";
import { checkTrust, type Distrust, UntrustedError } from "../lib/trust.ts";
import type { Environment } from "./environment.ts";
import { collectorProblems } from "./preflight-collector.ts";
import { destinationProblem } from "./preflight-destination.ts";

/** What a start would meet on this machine. All texts are for people, and hold no secret. */
export interface Preflight {
  /** What `run` cannot use: "Cannot …". */
  readonly problems: readonly string[];
  /** What it uses all the same. */
  readonly warnings: readonly string[];
}

/**
 * Looks whether the machine has what `config` asks for: folders, collector, overlays; with `isOnline` also whether the
 * destination answers. Starts nothing of the agent, and leaves nothing behind. Never rejects; `abort`
 * ends the waiting, and what is said then means nothing.
 */
export async function preflight(
  config: Config,
  environment: Environment,
  { isOnline, abort }: { readonly isOnline: boolean; readonly abort: AbortSignal },
): Promise<Preflight> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const home = checkHome(config, problems, warnings);
  checkObjects(config, problems, warnings);
  if (config.collector.enabled) problems.push(...(await collectorProblems(config, environment, abort)));
  if (isOnline) problems.push(...(await destinationProblem(config, environment, { home, abort })));
  return { problems, warnings };
}

/** The folder of the agent's files, as `run` would choose it. */
function checkHome({ baseDirectory }: Config, problems: string[], warnings: string[]): string {
  const option = { key: "telemetry.base_directory", flag: "--base-directory" };
  return checkFolder(option, baseDirectory, problems, () => {
    const { path, insteadOf, distrust } = homePlace(baseDirectory);
    if (distrust !== undefined) warnings.push(warningOf(distrust));
    if (insteadOf !== undefined) warnings.push(`the agent's files are kept in ${path} instead of ${insteadOf}`);
    return path;
  });
}

/** The destination, if it is a folder of its own. */
function checkObjects({ upload }: Config, problems: string[], warnings: string[]): void {
  if (upload.destination.kind !== "folder" || upload.destination.directory === undefined) return;
  const { directory } = upload.destination;
  checkFolder({ key: "telemetry.destination", flag: "--destination" }, directory, problems, () => {
    const distrust = checkTrust(`the destination "${directory}"`, directory, { isOursToMake: true });
    if (distrust !== undefined) warnings.push(warningOf(distrust));
    return directory;
  });
}

/** Returns the folder that `choose` takes for the one at `path`. */
function checkFolder(
  { key, flag }: { readonly key: string; readonly flag: string },
  path: string,
  problems: string[],
  choose: () => string,
): string {
  let chosen = path;
  let problem: string | undefined;
  try {
    chosen = choose();
    problem = folderProblem(chosen);
  } catch (error) {
    if (error instanceof UntrustedError) problems.push(error.message);
    else problem = folderProblem(path) ?? errorText(error);
  }
  if (problem !== undefined) {
    const wanted = `a folder that can be made or written wanted; name another with ${flag}`;
    problems.push(`Cannot use ${key} "${chosen}": ${problem}, ${wanted}`);
  }
  return chosen;
}

function warningOf({ reason, remedy }: Distrust): string {
  return `${reason} (to mend it: ${remedy})`;
}
