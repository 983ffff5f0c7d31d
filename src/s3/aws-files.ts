import { devNull, homedir } from "node:os";
import { join } from "node:path";
import { logOf } from "../lib/log.ts";
import { distrustOf, isRoot } from "../lib/trust.ts";
import type { Variables } from "./aws-config.ts";

/** AWS's two files, by the names that its libraries have for them. */
export interface AwsFiles {
  readonly filepath: string;
  readonly configFilepath: string;
}

const log = logOf("s3");

/**
 * Where AWS's files are. They can name a program that hands out credentials (`credential_process`), and the store that
 * gets the lines. So an agent that is root reads an empty file in the place of one that others can change, and says so,
 * once for each path in `said`.
 */
export function awsFiles(variables: Variables, said: Set<string>): AwsFiles {
  const home = variables["HOME"] || homedir();
  const believed = (path: string): string => {
    const distrust = isRoot() ? distrustOf(path) : undefined;
    if (distrust === undefined) return path;
    if (!said.has(path)) {
      const { reason, remedy } = distrust;
      log.warn("Others can change AWS's file; an agent that is root does not read it", { path, reason, remedy });
    }
    said.add(path);
    return devNull;
  };
  return {
    filepath: believed(variables["AWS_SHARED_CREDENTIALS_FILE"] || join(home, ".aws", "credentials")),
    configFilepath: believed(variables["AWS_CONFIG_FILE"] || join(home, ".aws", "config")),
  };
}
