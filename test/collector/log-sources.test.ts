import { describe, expect, test } from "bun:test";
import { type LogMachine, problemOf, syslogPaths, systemLogOf } from "../../src/collector/log-sources.ts";

const JOURNAL_SOCKET = "/run/systemd/journal/socket";

interface Seen {
  readonly files?: readonly string[];
  readonly others?: readonly string[];
  readonly readable?: readonly string[];
  readonly programs?: readonly string[];
  readonly platform?: string;
  readonly collectorUser?: string;
  readonly barrier?: string;
  readonly journals?: readonly string[];
}

function machine({ files = [], others = [], readable = files, programs = [], ...more }: Seen): LogMachine {
  const { platform = "linux", collectorUser, barrier, journals = [] } = more;
  return {
    platform,
    ...(collectorUser === undefined ? {} : { collectorUser }),
    barrier: () => barrier,
    journals: () => journals,
    exists: (path) => [...files, ...others].includes(path),
    isFile: (path) => files.includes(path),
    isReadable: (path) => readable.includes(path),
    has: (program) => programs.includes(program),
  };
}

describe("systemLogOf()", () => {
  test.each([
    ["Debian", { files: ["/var/log/syslog", "/var/log/messages"] }, { kind: "files", path: "/var/log/syslog" }],
    ["Red Hat", { files: ["/var/log/messages"] }, { kind: "files", path: "/var/log/messages" }],
    ["a journal only", { files: [JOURNAL_SOCKET], programs: ["journalctl"] }, { kind: "journald" }],
    ["a journal that cannot be read", { files: [JOURNAL_SOCKET] }, { kind: "files", path: "/var/log/syslog" }],
    ["journalctl, but no journal", { programs: ["journalctl"] }, { kind: "files", path: "/var/log/syslog" }],
    ["macOS", { platform: "darwin" }, { kind: "files", path: "/var/log/system.log" }],
    ["Windows", { platform: "win32" }, { kind: "windows-event-log" }],
  ] as const)("%s", (_, seen, expected) => {
    expect(systemLogOf(machine(seen))).toEqual(expected);
  });

  test("a path given comes before everything, also when it is not there yet", () => {
    const seen = machine({ files: ["/var/log/syslog"] });
    expect(systemLogOf(seen, "/mine")).toEqual({ kind: "files", path: "/mine" });
  });
});

describe("problemOf()", () => {
  const log = { kind: "files", path: "/var/log/syslog" } as const;

  test("is none for a readable file and for the journal", () => {
    expect(problemOf(machine({ files: [log.path] }), log)).toBeUndefined();
    expect(problemOf(machine({}), { kind: "journald" })).toBeUndefined();
  });

  test("names the group for a file that may not be read", () => {
    const problem = problemOf(machine({ files: [log.path], readable: [] }), log);
    expect(problem?.reason).toBe('Cannot read the system log "/var/log/syslog": permission denied, read access wanted');
    expect(problem?.remedy).toContain("usermod -aG adm");
  });

  test("names the command for a file that the collector's own user may not read", () => {
    const seen = { files: [log.path], readable: [], collectorUser: "uid 60801" };
    expect(problemOf(machine(seen), log)).toEqual({
      reason:
        'Cannot read the system log "/var/log/syslog": the collector runs as uid 60801 with the groups adm and systemd-journal, which may not',
      remedy: 'Run: chgrp adm "/var/log/syslog" && chmod 640 "/var/log/syslog"',
    });
    const behind = problemOf(machine({ ...seen, barrier: "/var/log" }), log);
    expect(behind?.reason).toContain('may not pass through "/var/log"');
    expect(behind?.remedy).toBe('Run: chgrp adm "/var/log" && chmod g+x "/var/log"');
  });

  test("names what is no file at all", () => {
    const problem = problemOf(machine({ others: [log.path], readable: [log.path] }), log);
    expect(problem?.reason).toBe('Cannot read the system log "/var/log/syslog": it is no regular file');
  });

  test("names what may be installed where there is no system log", () => {
    const problem = problemOf(machine({}), log);
    expect(problem?.reason).toContain('no "/var/log/syslog" and no journal');
    expect(problem?.remedy).toContain("rsyslog");
  });

  test("knows a journal that cannot be read from one that can", () => {
    const journals = ["/run/log/journal/1/system.journal", "/var/log/journal/1/system.journal"];
    const journal = { kind: "journald" } as const;
    expect(problemOf(machine({ journals, readable: journals.slice(1) }), journal)).toBeUndefined();
    expect(problemOf(machine({ journals }), journal)?.remedy).toContain("usermod -aG systemd-journal");
    const own = problemOf(machine({ journals, collectorUser: "uid 60801" }), journal);
    expect(own?.reason).toContain("the collector's user, uid 60801");
    expect(own?.remedy).toContain("chgrp systemd-journal");
  });
});

test("syslogPaths() adds the file that the log was rotated to", () => {
  expect(syslogPaths({ kind: "files", path: "/a" })).toEqual(["/a", "/a.1"]);
  expect(syslogPaths({ kind: "journald" })).toEqual([]);
});
