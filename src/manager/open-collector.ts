import type { CollectorOptions } from "../collector/options.ts";
import { CollectorSupervisor } from "../collector/supervisor.ts";
import type { Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { keepSecret, keepUnknown } from "../lib/mask.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

/** The supervisor of the collector, which sends to our receiver at `receiverPort`. Not started. */
export function openCollector(
  config: Config,
  environment: Environment,
  { home, receiverPort }: { readonly home: Home; readonly receiverPort: number },
): CollectorSupervisor {
  const collector = new CollectorSupervisor(collectorOptions(config, environment, { home: home.folder, receiverPort }));
  keepSecret(collector.token);
  return collector;
}

/** What the collector is told, with its files in `home`. The log learns what it must not show. */
export function collectorOptions(
  config: Config,
  environment: Environment,
  { home, receiverPort }: { readonly home: HeldFolder; readonly receiverPort: number },
): CollectorOptions {
  const { collector, receiver } = config;
  // The collector may quote in its output what it can see: nobody names a variable for it without need.
  for (const name of collector.environmentNames) keepUnknown(environment.variables[name] ?? "");
  return {
    ...collector,
    home,
    baseDirectory: config.baseDirectory,
    receiverHost: receiver.host,
    receiverPort,
    environment: environment.variables,
    requestMaxBytes: receiver.maxRequestBytes,
    resource: resourceOf(config, environment),
    executableDirectory: environment.executableDirectory,
  };
}
