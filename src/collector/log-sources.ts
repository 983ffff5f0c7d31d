import { statSync } from "node:fs";

/** Where the system log comes from: `files` that the collector reads, the journal, or Windows' event log. */
export type SystemLog =
  | { readonly kind: "files"; readonly path: string }
  | { readonly kind: "journald" }
  | { readonly kind: "windows-event-log" };

/** What can be seen of the machine; tests give their own. */
export interface LogMachine {
  readonly platform: string;
  /** The collector has a user of its own, named here; absent: it reads as the agent does. */
  readonly collectorUser?: string;
  exists(path: string): boolean;
  /** True for a regular file; a collector that opened a FIFO would wait for ever. */
  isFile(path: string): boolean;
  /** Whether the collector can read the file at `path`: with its user and groups, not with ours. */
  isReadable(path: string): boolean;
  /** The folder above `path` that the collector cannot pass through; undefined when it can reach the file. */
  barrier(path: string): string | undefined;
  /** The journal's files that there are, as far as we can see them. */
  journals(): readonly string[];
  /** True when the program is in the collector's PATH. */
  has(program: string): boolean;
}

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
  if (log.kind === "journald") return journalProblem(machine);
  if (log.kind !== "files") return undefined;
  if (machine.exists(log.path) && !machine.isFile(log.path)) {
    return {
      reason: `Cannot read the system log "${log.path}": it is no regular file`,
      remedy: "Move it away, name a regular file with --collector-syslog-path, then restart the agent",
    };
  }
  if (machine.isReadable(log.path)) return undefined;
  if (machine.exists(log.path)) return fileProblem(machine, log.path);
  return {
    reason: `Cannot read the system log: no "${log.path}" and no journal, one of them wanted`,
    remedy: "Install rsyslog or run systemd-journald; a file that appears later is read without a restart",
  };
}

/** The file and the one it was rotated to: lines that came just before a rotation are in the latter. */
export function syslogPaths(log: SystemLog): readonly string[] {
  return log.kind === "files" ? [log.path, `${log.path}.1`] : [];
}

/** Every file that {@link syslogPaths} may come to name: with `syslogPath`, as it is configured, or without it. */
export function syslogCandidates(syslogPath: string | undefined): readonly string[] {
  const usual = process.platform === "darwin" ? [DARWIN_SYSLOG] : LINUX_SYSLOGS;
  const paths = syslogPath === undefined ? usual : [syslogPath];
  return paths.flatMap((path) => syslogPaths({ kind: "files", path }));
}

/** For people: the path of a file, or the kind. */
export function describeLog(systemLog: SystemLog): string {
  return systemLog.kind === "files" ? systemLog.path : systemLog.kind;
}

/** False for what would stop its reader: a FIFO, a device. What is not there may come. */
export function mayBeOpened(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

function fileProblem(machine: LogMachine, path: string): LogProblem {
  const what = `Cannot read the system log "${path}"`;
  const { collectorUser } = machine;
  if (collectorUser === undefined) {
    return {
      reason: `${what}: permission denied, read access wanted`,
      remedy: `Add the agent's user to the group of "${path}" (usually adm: usermod -aG adm USER), then restart the agent`,
    };
  }
  const barrier = machine.barrier(path);
  const reader = `the collector runs as ${collectorUser} with the groups adm and systemd-journal`;
  return barrier === undefined
    ? { reason: `${what}: ${reader}, which may not`, remedy: `Run: chgrp adm "${path}" && chmod 640 "${path}"` }
    : {
        reason: `${what}: ${reader}, which may not pass through "${barrier}"`,
        remedy: `Run: chgrp adm "${barrier}" && chmod g+x "${barrier}"`,
      };
}

/** A journal that cannot be read gives no error but an empty log. */
function journalProblem(machine: LogMachine): LogProblem | undefined {
  const journals = machine.journals();
  const [first] = journals;
  if (first === undefined || journals.some((path) => machine.isReadable(path))) return undefined;
  const { collectorUser } = machine;
  return {
    reason: `Cannot read the journal "${first}": permission denied${collectorUser === undefined ? "" : ` for the collector's user, ${collectorUser}`}, read access wanted`,
    remedy:
      collectorUser === undefined
        ? "Add the agent's user to the group systemd-journal (usermod -aG systemd-journal USER), then restart the agent"
        : `Run: chgrp systemd-journal "${first}" && chmod g+r "${first}", and the folder above with g+rx`,
  };
}
