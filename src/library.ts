/** What another program imports as "warp-telemetry". `library-types.d.ts` beside it is what its compiler sees. */
export { ConfigError } from "./config/config-error.ts";
export { createManager } from "./manager/create-manager.ts";
export { StartError } from "./manager/start-error.ts";
