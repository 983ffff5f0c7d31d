import { describe, expect, test } from "bun:test";
import { type LogMachine, diagGlobsOf, problemOf, syslogPaths, systemLogOf } from "../../src/collector/log-sources.ts";

const JOURNAL_SOCKET = "/run/systemd/journal/socket";

interface Seen {
  readonly files?: readonly string[];
  readonly readable?: readonly string[];
  readonly programs?: readonly string[];
  readonly platform?: string;
}

function machine({ files = [], readable = files, programs = [], platform = "linux" }: Seen): LogMachine {
  return {
    platform,
    exists: (path) => files.includes(path),
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

  test("names what may be installed where there is no system log", () => {
    const problem = problemOf(machine({}), log);
    expect(problem?.reason).toContain('no "/var/log/syslog" and no journal');
    expect(problem?.remedy).toContain("rsyslog");
  });
});

test("syslogPaths() adds the file that the log was rotated to", () => {
  expect(syslogPaths({ kind: "files", path: "/a" })).toEqual(["/a", "/a.1"]);
  expect(syslogPaths({ kind: "journald" })).toEqual([]);
});

test("diagGlobsOf() knows the runner's folder on each system", () => {
  expect(diagGlobsOf("linux")).toEqual(["/runner/_diag/*.log", "/runner/_diag/**/*.log"]);
  expect(diagGlobsOf("win32")[0]).toBe("C:\\warpbuilds\\runner\\_diag\\*.log");
});
