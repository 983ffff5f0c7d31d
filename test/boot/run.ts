/**
 * `bun run boot`: a Debian with systemd, booted under QEMU, with the agent as its unit installs it. A program
 * writes to the journal and to the runner's logs until the machine is switched off; every line that it has written must
 * be in an object. Minutes without hardware virtualisation. `--write` keeps the result in results.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../support/built.ts";
import { recordsOf } from "../support/collector.ts";
import { S3Server, S3_REGION } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type GuestFile, installTools, makeGuest, readGuestFile } from "./guest-image.ts";
import { bootGuest, HOST_FROM_GUEST } from "./virtual-machine.ts";

const ROOT = join(import.meta.dir, "../..");
const RESULTS = join(import.meta.dir, "results.md");
const INSTALLED = "/usr/local/lib/warp-telemetry";
/** From the boot to the order to switch off. An emulated boot and the start of the collector take minutes; the agent must follow the journal then. */
const RUN_SECONDS = 300;
const BOOT_MAX_MS = 600_000;
const DIAG_LOG = "/runner/_diag/Worker_20261127-000000-utc.log";
const WRITTEN = "/var/log/written";
/** What `warp-telemetry help unit` prints. */
const UNIT = readFileSync(join(ROOT, "src/help/warp-telemetry.service"), "utf8");

/** Writes until it is told to stop, which systemd does before it stops the agent. */
const WRITER = `#!/bin/sh
n=0
while :; do
  echo "journal-$n-"
  echo "[2026-11-27 00:00:00Z INFO Worker] diag-$n-" >>${DIAG_LOG}
  echo $n >>${WRITTEN}
  n=$((n + 1))
  sleep 0.05
done
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

installTools(say);
await using directory = await TempDir.create("boot");
await using store = await S3Server.start(built("s3"));
const image = makeGuest(
  {
    directory: directory.path,
    cache: join(ROOT, "dist/tools/boot"),
    files: filesOf(store),
    units: ["warp-telemetry.service", "writer.service", "switch-off.timer"],
  },
  say,
);
say("booting");
const startedAtMs = performance.now();
await using guest = bootGuest(image);
await guest.ended(BOOT_MAX_MS);
const seconds = Math.round((performance.now() - startedAtMs) / 1000);

const written = readGuestFile(image, WRITTEN).trim().split("\n").filter(Boolean).map(Number);
const objects = new Map([...(await store.objects())].map(([key, bytes]) => [key.split("/").at(-1) ?? key, bytes]));
const rows = [
  ["the journal", countOf("logs", "journal")],
  ["the runner's log", countOf("gha-logs", "diag")],
] as const;
const log = readGuestFile(image, "/var/log/agent.log");
const table = [
  "| lines written to | written | stored | doubled | missing |",
  "| ---------------- | ------: | -----: | ------: | ------: |",
  ...rows.map(([what, { stored, doubled, missing }]) => {
    return `| ${what} | ${written.length} | ${stored} | ${doubled} | ${missing} |`;
  }),
].join("\n");
say(`\n${table}\n`);
const isWhole = written.length > 0 && rows.every(([, { missing, doubled }]) => missing === 0 && doubled === 0);
if (!isWhole) say(`${log}\n${guest.output.slice(-3000)}`);
if (process.argv.includes("--write")) {
  const text = `# What a switched-off machine has delivered

${new Date().toISOString().slice(0, 10)}, \`bun run boot\`, Debian with systemd under QEMU, ${seconds} s from boot to the end: ${isWhole ? "every line is in an object" : "lines are missing or doubled"}.

A program wrote 20 lines a second to each place until \`systemctl poweroff\` stopped it, just before the agent.

${table}
`;
  writeFileSync(RESULTS, text);
}
process.exit(isWhole ? 0 : 1);

function countOf(stream: "logs" | "gha-logs", word: string) {
  const counts = new Map<number, number>();
  for (const record of recordsOf(objects, stream)) {
    const number = new RegExp(`${word}-(\\d+)-`).exec(record)?.[1];
    if (number !== undefined) counts.set(Number(number), (counts.get(Number(number)) ?? 0) + 1);
  }
  return {
    stored: written.filter((number) => counts.has(number)).length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    missing: written.filter((number) => !counts.has(number)).length,
  };
}

function filesOf({ origin, bucket, credentials }: S3Server): readonly GuestFile[] {
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
StandardError=append:/var/log/agent.log
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
