import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../support/built.ts";
import { S3_REGION, type S3Server } from "../support/s3-server.ts";
import type { GuestFile } from "./guest-image.ts";
import { HOST_FROM_GUEST } from "./virtual-machine.ts";

const INSTALLED = "/usr/local/lib/warp-telemetry";
/** From the boot to the order to switch off. An emulated boot and the start of the collector take minutes; the agent must follow the journal then. */
const RUN_SECONDS = 300;
const DIAG_LOG = "/runner/_diag/Worker_20261127-000000-utc.log";
/** Where the writer notes the number of each line that it has written. */
export const WRITTEN = "/var/log/written";
/** Where the agent logs. */
export const AGENT_LOG = "/var/log/agent.log";
export const UNITS = ["warp-telemetry.service", "writer.service", "switch-off.timer"];
/** What `warp-telemetry help unit` prints. */
const UNIT = readFileSync(join(import.meta.dir, "../../src/help/warp-telemetry.service"), "utf8");

/** Lines that are written at once when it is told to stop. */
export const LAST_LINES = 100;

/** Writes from the agent's start until it is told to stop, which systemd does before it stops the agent. */
const WRITER = `#!/bin/sh
n=0
line() {
  echo "journal-$n-"
  echo "[2026-11-27 00:00:00Z INFO Worker] diag-$n-" >>${DIAG_LOG}
  echo $n >>${WRITTEN}
  n=$((n + 1))
}
last() {
  end=$((n + ${LAST_LINES}))
  while [ $n -lt $end ]; do line; done
  exit 0
}
trap last TERM
while :; do
  line
  sleep 0.05
done
`;

/** The agent as its unit installs it, the program that writes the lines, and what switches the machine off. */
export function filesOf({ origin, bucket, credentials }: S3Server): readonly GuestFile[] {
  const endpoint = `http://${HOST_FROM_GUEST}:${new URL(origin).port}`;
  return [
    { path: `${INSTALLED}/warp-telemetry`, content: { from: built("executable") }, mode: 0o755 },
    { path: `${INSTALLED}/otelcol`, content: { from: built("collector") }, mode: 0o755 },
    { path: "/usr/local/bin/writer", content: WRITER, mode: 0o755 },
    { path: DIAG_LOG, content: "" },
    { path: "/etc/systemd/system/warp-telemetry.service", content: UNIT },
    {
      path: "/etc/systemd/system/warp-telemetry.service.d/destination.conf",
      content: `[Service]
ExecStart=
ExecStart=${INSTALLED}/warp-telemetry --destination s3://${bucket}/boot --base-directory /var/lib/warp-telemetry
StandardError=append:${AGENT_LOG}
Environment=AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${S3_REGION} AWS_EC2_METADATA_DISABLED=true
Environment=AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}
`,
    },
    {
      path: "/etc/systemd/system/writer.service",
      content: `[Unit]
After=warp-telemetry.service
[Service]
ExecStart=/usr/local/bin/writer
[Install]
WantedBy=multi-user.target
`,
    },
    {
      path: "/etc/systemd/system/switch-off.timer",
      content: `[Timer]
OnBootSec=${RUN_SECONDS}
AccuracySec=1ms
[Install]
WantedBy=timers.target
`,
    },
    {
      path: "/etc/systemd/system/switch-off.service",
      content: "[Service]\nType=oneshot\nExecStart=/usr/bin/systemctl poweroff\n",
    },
  ];
}
