import { resolve } from "node:path";
import { isLoopback } from "../lib/http-url.ts";
import type { AgentConfig, CollectorConfig, Config } from "./config.ts";
import { defaultDestination } from "../upload/destinations/catalogue.ts";
import { endpointsOf, readDestination, withoutUrlSecrets } from "./destination.ts";
import { formatByteSize } from "./byte-size.ts";
import { Findings } from "./findings.ts";
import { requestLimits, uploadLimits } from "./limits.ts";
import type { ConfigPlaces, ConfigWarning, GivenValue } from "./places.ts";
import type { Settings } from "./schema.ts";
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
  { telemetry, agent }: Settings,
  given: readonly GivenValue[],
  { workingDirectory, hostName, variables, settingsFile }: Omit<ConfigPlaces, "flags">,
): ResolvedConfig {
  const findings = new Findings(given);
  const absolute = (path: string) => resolve(workingDirectory, path);

  const baseDirectory = absolute(telemetry.base_directory);
  const keyFolder = telemetry.object_key_folder ?? agent.id ?? hostName;

  const config: Config = {
    enabled: telemetry.enabled,
    port: telemetry.port,
    host: telemetry.host,
    baseDirectory,
    destination:
      telemetry.destination === undefined
        ? defaultDestination(agent.host_url)
        : readDestination(telemetry.destination, { workingDirectory, keyFolder, variables }),
    bufferLines: telemetry.syslog_number_of_lines_to_read,
    pushFrequencyMs: telemetry.push_frequency,
    ...uploadLimits(telemetry, findings),
    ...requestLimits(telemetry, findings),
    nestingMax: telemetry.nesting_max,
    drainTimeoutMs: telemetry.drain_timeout,
    allowedHosts: telemetry.allowed_hosts.map((host) => host.toLowerCase()),
    logLevel: telemetry.log_level,
    logFormat: telemetry.log_format,
    collector: collectorOf(telemetry.collector, absolute),
    agent: agentOf(agent),
  };
  checkTogether(config, findings);
  if (config.enabled && config.destination.kind === "s3") checkEndpoints(variables, findings);
  if (config.enabled && config.collector.enabled) checkRights(settingsFile, findings);
  findings.throwIfWrong();
  return { config: frozen(config), warnings: [...findings.warnings, ...transportWarnings(config, variables)] };
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

function collectorOf(
  collector: Settings["telemetry"]["collector"],
  absolute: (path: string) => string,
): CollectorConfig {
  return {
    enabled: collector.enabled,
    ...(collector.path === undefined ? {} : { path: absolute(collector.path) }),
    configFiles: collector.config.map(absolute),
    environmentNames: collector.environment,
    intervalMs: collector.interval,
    outputMaxBytes: collector.output_max_bytes,
    ...(collector.user === undefined ? {} : { user: collector.user }),
    ...(collector.syslog_path === undefined ? {} : { syslogPath: absolute(collector.syslog_path) }),
    diagGlobs: collector.diag_globs,
  };
}

function agentOf({ id, polling_secret: pollingSecret, host_url: hostUrl }: Settings["agent"]): AgentConfig {
  return {
    ...(id === undefined ? {} : { id }),
    ...(pollingSecret === undefined ? {} : { pollingSecret }),
    ...(hostUrl === undefined ? {} : { hostUrl: hostUrl.replace(/\/+$/, "") }),
  };
}

function checkTogether(config: Config, findings: Findings): void {
  const { maxRequestBytes, inFlightMaxBytes, objectMaxBytes, putsInFlightMaxBytes } = config;
  if (inFlightMaxBytes < maxRequestBytes) {
    const wanted = `at least telemetry.max_request_bytes, which is ${formatByteSize(maxRequestBytes)}`;
    findings.wrong("telemetry.in_flight_max_bytes", wanted);
  }
  if (putsInFlightMaxBytes < objectMaxBytes) {
    const wanted = `at least telemetry.object_max_bytes, which is ${formatByteSize(objectMaxBytes)}`;
    findings.wrong("telemetry.put_max_bytes", wanted);
  }
  if (!isLoopback(config.host)) {
    const message = "telemetry.host is no loopback address, others can write to this machine's telemetry";
    findings.warn(message, { host: config.host });
  }
  // A disabled agent ends with 0 at once, so its missing values do not matter.
  if (config.enabled && config.destination.kind === "warpbuild") checkAgent(config.agent, findings);
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
