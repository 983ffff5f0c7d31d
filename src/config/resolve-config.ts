import { isLoopback } from "../lib/http-url.ts";
import type { AgentConfig, Config } from "./config.ts";
import { defaultDestination, type DestinationConfig } from "../upload/destinations/catalogue.ts";
import { namesAgent } from "../upload/object-key.ts";
import { endpointsOf, readDestination, withoutUrlSecrets } from "./destination.ts";
import { Findings } from "./findings.ts";
import { fittingLimits } from "./limits.ts";
import type { ConfigPlaces, ConfigWarning, GivenValue } from "./places.ts";
import type { Values } from "./schema.ts";
import { checkObjects } from "./objects.ts";
import { transportWarnings } from "./transport-warnings.ts";

export interface ResolvedConfig {
  readonly config: Config;
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Makes the {@link Config} from values that are each right by themselves. Checks what concerns several: limits that have
 * to fit each other, and the values that a destination needs. Throws a `ConfigError`.
 */
export function resolveConfig(
  values: Values,
  given: readonly GivenValue[],
  places: Omit<ConfigPlaces, "flags">,
): ResolvedConfig {
  const { variables, settingsFile } = places;
  const findings = new Findings(given);
  const { receiver, rings, upload } = fittingLimits(values, findings);
  const config: Config = {
    ...values,
    receiver,
    rings,
    upload: { ...upload, destination: destinationOf(values, places), agentName: agentNameOf(values, places) },
  };
  checkTogether(config, findings);
  if (config.enabled && config.upload.destination.kind === "s3") checkEndpoints(variables, findings);
  if (config.enabled) checkObjects(config.upload, findings);
  if (config.enabled && config.collector.enabled) checkRights(settingsFile, findings);
  findings.throwIfWrong();
  return { config: frozen(config), warnings: [...findings.warnings, ...transportWarnings(config, variables)] };
}

function destinationOf(
  values: Values,
  { workingDirectory, hostName, variables }: Omit<ConfigPlaces, "flags">,
): DestinationConfig {
  const { upload, agent } = values;
  // In a bucket each machine has keys of its own: two machines must not take each other's object for theirs.
  const keyFolder = namesAgent(upload.key) ? "" : agentNameOf(values, { hostName });
  return upload.destination === undefined
    ? defaultDestination(agent.hostUrl)
    : readDestination(upload.destination, { workingDirectory, keyFolder, variables });
}

function agentNameOf({ upload, agent }: Values, { hostName }: Pick<ConfigPlaces, "hostName">): string {
  return upload.keyFolder ?? agent.id ?? hostName;
}

/** What root runs, as whom, with which of its variables, and which files it reads. */
const RIGHTS_OF_ROOT = ["path", "config", "environment", "user", "syslog_path", "diag_globs"].map(
  (key) => `telemetry.collector.${key}`,
);

/** A user who can choose these of root is root. Flags and variables come from whoever starts the agent, so they may. */
function checkRights(settingsFile: ConfigPlaces["settingsFile"], findings: Findings): void {
  const distrust = settingsFile?.access?.distrust;
  if (distrust === undefined) return;
  for (const key of RIGHTS_OF_ROOT) {
    if (!findings.isOfSettingsFile(key)) continue;
    findings.wrong(key, `a settings file that root alone can change (${distrust.reason}; run: ${distrust.remedy})`);
  }
}

function checkTogether(config: Config, findings: Findings): void {
  if (!isLoopback(config.receiver.host)) {
    const message = "telemetry.host is no loopback address, others can write to this machine's telemetry";
    findings.warn(message, { host: config.receiver.host });
  }
  // A disabled agent ends with 0 at once, so its missing values do not matter.
  if (config.enabled && config.upload.destination.kind === "warpbuild") checkAgent(config.agent, findings);
}

function checkEndpoints(variables: ConfigPlaces["variables"], findings: Findings): void {
  for (const { name, given, isUsable } of endpointsOf(variables)) {
    if (!isUsable) findings.wrongVariable(name, withoutUrlSecrets(given), "a URL such as http://127.0.0.1:9000");
  }
}

/** The values that requests to the WarpBuild API need. */
function checkAgent({ id, pollingSecret, hostUrl }: AgentConfig, findings: Findings): void {
  const values = { "agent.id": id, "agent.polling_secret": pollingSecret, "agent.host_url": hostUrl };
  const missing = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [key] : []));
  if (missing.length === 0) return;
  const cause = findings.isDefault("telemetry.destination") ? "agent.host_url" : "telemetry.destination";
  const variables = missing.map((key) => findings.environmentName(key));
  findings.wrong(cause, `${missing.join(" and ")} as well, in the settings file or as ${variables.join(" and ")}`);
}

function frozen<T extends object>(value: T): T {
  const inners: unknown[] = Object.values(value);
  for (const inner of inners) {
    if (typeof inner === "object" && inner !== null) frozen(inner);
  }
  return Object.freeze(value);
}
