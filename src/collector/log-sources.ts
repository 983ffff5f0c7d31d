import { accessSync, constants, existsSync } from "node:fs";

/** What can be seen of the machine; tests give their own. */
export interface LogMachine {
  readonly platform: string;
  exists(path: string): boolean;
  isReadable(path: string): boolean;
  /** True when the program is in the collector's PATH. */
  has(program: string): boolean;
}

/** Where the system log comes from: `files` that the collector reads, the journal, or Windows' event log. */
export type SystemLog =
  | { readonly kind: "files"; readonly path: string }
  | { readonly kind: "journald" }
  | { readonly kind: "windows-event-log" };

/** Why there are no lines of the system log, and what to do about it. */
export interface LogProblem {
  readonly reason: string;
  readonly remedy: string;
}

/** Debian and Ubuntu; Red Hat and its kin. */
const LINUX_SYSLOGS = ["/var/log/syslog", "/var/log/messages"];
const DARWIN_SYSLOG = "/var/log/system.log";
/** Exists while the journal's daemon runs. A machine can have journalctl and no journal. */
const JOURNAL_SOCKET = "/run/systemd/journal/socket";

/** The folders in which WarpBuild's images keep the runner. */
const DIAG_FOLDERS: Readonly<Record<string, string>> = {
  linux: "/runner/_diag",
  darwin: "/Users/runner/.warpbuild/github-runner/runner-app-new/_diag",
  win32: "C:\\warpbuilds\\runner\\_diag",
};

/**
 * A file if there is one (`syslogPath` before the usual ones), else the journal, else the usual file all the same: the
 * collector reads it as soon as it appears.
 */
export function systemLogOf(machine: LogMachine, syslogPath?: string): SystemLog {
  if (syslogPath !== undefined) return { kind: "files", path: syslogPath };
  if (machine.platform === "win32") return { kind: "windows-event-log" };
  if (machine.platform === "darwin") return { kind: "files", path: DARWIN_SYSLOG };
  const path = LINUX_SYSLOGS.find((candidate) => machine.exists(candidate));
  if (path !== undefined) return { kind: "files", path };
  if (machine.exists(JOURNAL_SOCKET) && machine.has("journalctl")) return { kind: "journald" };
  return { kind: "files", path: LINUX_SYSLOGS[0] ?? "" };
}

/** The collector runs without a system log, but somebody should know. */
export function problemOf(machine: LogMachine, log: SystemLog): LogProblem | undefined {
  if (log.kind !== "files" || machine.isReadable(log.path)) return undefined;
  return machine.exists(log.path)
    ? {
        reason: `Cannot read the system log "${log.path}": permission denied, read access wanted`,
        remedy: `Add the agent's user to the group of "${log.path}" (usually adm: usermod -aG adm USER), then restart the agent`,
      }
    : {
        reason: `Cannot read the system log: no "${log.path}" and no journal, one of them wanted`,
        remedy: "Install rsyslog or run systemd-journald; a file that appears later is read without a restart",
      };
}

/** The file and the one it was rotated to: lines that came just before a rotation are in the latter. */
export function syslogPaths(log: SystemLog): readonly string[] {
  return log.kind === "files" ? [log.path, `${log.path}.1`] : [];
}

/** The runner's own logs on this system. */
export function diagGlobsOf(platform: string): readonly string[] {
  const folder = DIAG_FOLDERS[platform] ?? DIAG_FOLDERS["linux"] ?? "";
  const separator = platform === "win32" ? "\\" : "/";
  return [`${folder}${separator}*.log`, `${folder}${separator}**${separator}*.log`];
}

/** The machine that we run on. */
export function thisMachine(searchPath: string): LogMachine {
  return {
    platform: process.platform,
    exists: existsSync,
    isReadable: (path) => {
      try {
        accessSync(path, constants.R_OK);
        return true;
      } catch {
        return false;
      }
    },
    has: (program) => Bun.which(program, { PATH: searchPath }) !== null,
  };
}
