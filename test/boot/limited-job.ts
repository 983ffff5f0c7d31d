/**
 * A job within limits of a real control group of version 2, as systemd sets them for a service, and what the kernel says
 * of it meanwhile. It burns more CPU than it may, holds memory, and is killed for more.
 */
import type { GuestFile } from "./guest-image.ts";

const MIB = 2 ** 20;
export const LIMIT_BYTES = 128 * MIB;
export const LIMIT_CORES = 0.5;
/** The cgroup of the service, as the kernel names it. */
export const JOB_CGROUP = "/system.slice/runner.service";
/** What is held; perl keeps it twice. */
const HELD_BYTES = 40 * MIB;
const BURN_SECONDS = 40;
const HOLD_SECONDS = 20;
/** The emulated machine is still busy with the start of everything. */
const SETTLE_SECONDS = 60;
/** Where {@link RECORDER} writes. */
export const FIGURES = "/var/log/figures";
export const JOB_UNITS = ["runner.service", "recorder.service"];

/** By its name the agent knows it. */
const LISTENER = `#!/bin/sh
sleep ${SETTLE_SECONDS}
/runner/bin/Runner.Worker
exec sleep infinity
`;

const WORKER = `#!/bin/sh
timeout ${BURN_SECONDS} sh -c 'while :; do :; done'
perl -e '$held = "x" x ${HELD_BYTES}; sleep ${HOLD_SECONDS}'
tail /dev/zero
sleep ${HOLD_SECONDS}
`;

/** A line a second: the time in ns, then numbers in the order of {@link Figures}. */
const RECORDER = `#!/bin/sh
sleep ${SETTLE_SECONDS - 5}
cd /sys/fs/cgroup${JOB_CGROUP} || exit 1
of() { sed -n "s/^$1 //p" "$2"; }
total() { sed -n "s/^$1.*total=//p" cpu.pressure; }
while :; do
  echo $(date +%s%N) $(of usage_usec cpu.stat) $(of throttled_usec cpu.stat) $(cat memory.current) \\
    $(of inactive_file memory.stat) $(of active_file memory.stat) $(total some) $(of oom_kill memory.events)
  sleep 1
done >>${FIGURES}
`;

/** What the kernel said at one moment; times in ms, sizes in bytes. */
export interface Figures {
  readonly atMs: number;
  readonly usedMs: number;
  readonly throttledMs: number;
  readonly memoryBytes: number;
  readonly stalledMs: number;
  readonly oomKills: number;
}

export const JOB_FILES: readonly GuestFile[] = [
  { path: "/runner/bin/Runner.Listener", content: LISTENER, mode: 0o755 },
  { path: "/runner/bin/Runner.Worker", content: WORKER, mode: 0o755 },
  { path: "/usr/local/bin/recorder", content: RECORDER, mode: 0o755 },
  {
    path: "/etc/systemd/system/runner.service",
    content: `[Unit]
After=warp-telemetry.service
[Service]
ExecStart=/runner/bin/Runner.Listener
MemoryMax=${LIMIT_BYTES}
MemorySwapMax=0
CPUQuota=${LIMIT_CORES * 100}%
OOMPolicy=continue
[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: "/etc/systemd/system/recorder.service",
    content: `[Unit]
After=runner.service
[Service]
ExecStart=/usr/local/bin/recorder
[Install]
WantedBy=multi-user.target
`,
  },
];

/** Reads what {@link RECORDER} has written; lines that a stop has cut are left out. */
export function figuresIn(text: string): readonly Figures[] {
  return text.split("\n").flatMap((line) => {
    const numbers = line.split(" ").map(Number);
    const [ns = 0, usedUs = 0, throttledUs = 0, current = 0, inactive = 0, active = 0, stalledUs = 0, oomKills = 0] =
      numbers;
    if (numbers.length !== 8 || numbers.some(Number.isNaN)) return [];
    return {
      atMs: ns / 1e6,
      usedMs: usedUs / 1000,
      throttledMs: throttledUs / 1000,
      memoryBytes: current - inactive - active,
      stalledMs: stalledUs / 1000,
      oomKills,
    };
  });
}
