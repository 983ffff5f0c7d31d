import { loadSharedConfigFiles, type Profile } from "@smithy/core/config";
import type { AwsFiles } from "./aws-files.ts";

/** Joins a section and a key of it, as AWS's reader of its files writes them. */
const SEPARATOR = ".";

export type Variables = Readonly<Record<string, string | undefined>>;

/** What AWS's variables and files say besides credentials. */
export interface AwsConfig {
  readonly region?: string;
  /** A store of one's own. */
  readonly endpoint?: string;
  readonly isDualStack: boolean;
  readonly isFips: boolean;
  /** A file with certificates that are trusted instead of the usual ones. */
  readonly caBundle?: string;
}

/** The profile in force; undefined is AWS's default. */
export function profileOf(variables: Variables): string | undefined {
  return variableOf(variables, "AWS_PROFILE");
}

/** The store that AWS's variables name; undefined is S3 itself, or what the profile says. */
export function endpointOf(variables: Variables): string | undefined {
  return variableOf(variables, "AWS_ENDPOINT_URL_S3") ?? variableOf(variables, "AWS_ENDPOINT_URL");
}

/**
 * Reads the variables, and each time the profile in AWS's files as they are now: a file may be written after our start. A
 * file that cannot be read counts as empty, as in AWS's tools. Without `paths` they are where the tools look for them.
 */
export async function readAwsConfig(variables: Variables, paths?: AwsFiles): Promise<AwsConfig> {
  const files = await loadSharedConfigFiles({ ...paths, ignoreCache: true });
  const name = profileOf(variables) ?? "default";
  const profile: Profile = { ...files.configFile[name], ...files.credentialsFile[name] };
  const services = files.configFile[`services${SEPARATOR}${profile["services"] ?? ""}`] ?? {};
  const setting = (variable: string, key: string): string | undefined =>
    variableOf(variables, variable) ?? profile[key];

  const region = variableOf(variables, "AWS_REGION") ?? setting("AWS_DEFAULT_REGION", "region");
  const endpoint = endpointOf(variables) ?? services[`s3${SEPARATOR}endpoint_url`] ?? profile["endpoint_url"];
  const caBundle = setting("AWS_CA_BUNDLE", "ca_bundle");
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(caBundle === undefined ? {} : { caBundle }),
    isDualStack: isTrue(setting("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")),
    isFips: isTrue(setting("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
  };
}

/** Blanks around a value are a slip. A variable that is set and empty counts as unset, as in AWS's tools. */
function variableOf(variables: Variables, name: string): string | undefined {
  return variables[name]?.trim() || undefined;
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}
