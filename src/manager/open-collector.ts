import { CollectorSupervisor } from "../collector/supervisor.ts";
import type { Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import { keepSecret, keepUnknown } from "../lib/mask.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

/** The supervisor of the collector, which sends to our receiver at `receiverPort`. Not started. */
export function openCollector(
  config: Config,
  environment: Environment,
  { home, receiverPort }: { readonly home: Home; readonly receiverPort: number },
): CollectorSupervisor {
  const { path, configFiles, environmentNames, intervalMs, outputMaxBytes, syslogPath, user } = config.collector;
  // The collector may quote in its output what it can see: nobody names a variable for it without need.
  for (const name of environmentNames) keepUnknown(environment.variables[name] ?? "");
  const collector = new CollectorSupervisor({
    home: home.folder,
    baseDirectory: config.baseDirectory,
    receiverHost: config.host,
    receiverPort,
    configFiles,
    environmentNames,
    environment: environment.variables,
    intervalMs,
    outputMaxBytes,
    requestMaxBytes: config.maxRequestBytes,
    resource: resourceOf(config, environment),
    executableDirectory: environment.executableDirectory,
    ...(path === undefined ? {} : { path }),
    ...(syslogPath === undefined ? {} : { syslogPath }),
    ...(user === undefined ? {} : { user }),
  });
  keepSecret(collector.token);
  return collector;
}
