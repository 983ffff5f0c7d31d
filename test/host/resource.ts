import type { ResourceAttributes } from "../../src/pipeline.ts";

export const RESOURCE: ResourceAttributes = {
  "host.name": 'runner "1"',
  "service.name": "warpbuild-agent",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": "linux",
};
