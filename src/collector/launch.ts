import { closeSync } from "node:fs";
import { resolve } from "node:path";
import { localUrl } from "../lib/http-url.ts";
import { logOf } from "../lib/log.ts";
import { randomHex } from "../lib/random-hex.ts";
import { askComponents } from "./ask-components.ts";
import { type ChildCommand, CollectorChild } from "./child.ts";
import { CollectorFolder, MARK_FILE, STORAGE } from "./collector-folder.ts";
import { collectorUser, type CollectorUser } from "./collector-user.ts";
import { type ComponentNames, NAMES_OF_TODAY, storedUnder } from "./component-names.ts";
import { collectorArguments, configurationFiles, configurationParts, inNames, userFiles } from "./configuration.ts";
import { collectorEnvironment } from "./environment.ts";
import { executableFor } from "./executable-for.ts";
import { hurryGroup } from "./hurry.ts";
import { writeToJournal } from "./journal-entry.ts";
import { ALL_OF_IT, journalStart, momentNow, momentOfStart, processAgeUs } from "./journal-start.ts";
import { launcherFor, probeWith } from "./launcher.ts";
import { mayBeOpened, type LogProblem, problemOf, syslogPaths, type SystemLog, systemLogOf } from "./log-sources.ts";
import type { Marks } from "./marks.ts";
import type { CollectorOptions } from "./options.ts";
import type { OutputTail } from "./output-tail.ts";
import { endLeftover, MARK_NAME, removePidFile, writePidFile } from "./pid-file.ts";
import { fileIdentity, programOf } from "./process-info.ts";
import { searchPathOf, toolPath } from "./search-path.ts";
import { SyslogStart } from "./syslog-start.ts";
import { thisMachine } from "./this-machine.ts";
import { unreadBytes } from "./unread-bytes.ts";

const log = logOf("collector");

const MARK_BYTES = 16;

/** Whom the collector runs as in fact, and what stands before its command for that. */
interface RunAs {
  readonly user: CollectorUser;
  readonly prefix: readonly string[];
  /** Set when it runs as root though nobody asked for that. */
  readonly problem?: LogProblem;
}

/** The system log that is configured. */
function pathOf({ syslogPath }: CollectorOptions): string | undefined {
  return syslogPath === undefined ? undefined : resolve(syslogPath);
}

export interface LaunchMeans {
  /** With which the collector's requests are known. */
  readonly token: string;
  readonly marks: Marks;
  /** Of a collector that an earlier run left behind, to end. */
  readonly leftoverGraceMs: number;
  /** The program judges its configuration only, and ends. Default: false. */
  readonly isToJudge?: boolean;
}

/**
 * Everything that precedes a run of the program: the files in the folder `collector`, the user, the environment,
 * the end of what an earlier run left behind. Each run looks at the machine anew: a log file may have appeared meanwhile.
 */
export class Launch {
  readonly #options: CollectorOptions;
  readonly #token: string;
  readonly #marks: Marks;
  readonly #startedAt = momentOfStart(momentNow(), processAgeUs());
  readonly #syslogStart: SyslogStart;
  readonly #leftoverGraceMs: number;
  /** What stands before the program's arguments. */
  readonly #subcommand: readonly string[];
  /** `PATH` of our tools and of the collector. */
  readonly #path: string;
  /** What the process is known by in its pid file, and in its environment. */
  readonly #mark = randomHex(MARK_BYTES);
  #folder: CollectorFolder | undefined;
  #runAs: RunAs | undefined;
  #systemLog: SystemLog | undefined;
  #program = "";
  #names: { readonly identity: string; readonly names: ComponentNames } | undefined;

  constructor(options: CollectorOptions, { token, marks, leftoverGraceMs, isToJudge = false }: LaunchMeans) {
    this.#options = options;
    this.#syslogStart = new SyslogStart(pathOf(options));
    this.#token = token;
    this.#marks = marks;
    this.#leftoverGraceMs = leftoverGraceMs;
    this.#subcommand = isToJudge ? ["validate"] : [];
    this.#path = toolPath(searchPathOf(options.environment["PATH"]));
  }

  /** What stands before the program's command, empty before the first start. */
  get prefix(): readonly string[] {
    return this.#runAs?.prefix ?? [];
  }

  /** Whom the newest run runs as, for people; undefined before the first start. */
  get user(): string | undefined {
    return this.#runAs?.user.name;
  }

  /** Where the system log of the newest run comes from; undefined before the first start. */
  get systemLog(): SystemLog | undefined {
    return this.#systemLog;
  }

  /** What the newest run can do less well than it should, as of now; undefined before the first start. */
  problem(): LogProblem | undefined {
    if (this.#runAs === undefined || this.#systemLog === undefined) return undefined;
    return this.#runAs.problem ?? problemOf(thisMachine(this.#path, this.#runAs.user), this.#systemLog);
  }

  /**
   * Does all that takes time and returns the start itself, which does not wait: a caller that is told to stop looks
   * once, between the two, and cannot miss a child. Both throw what the system says; `abort` cuts the waiting short.
   */
  async prepare(program: string, tail: OutputTail, abort: AbortSignal): Promise<() => CollectorChild> {
    const folder = this.#open();
    const leftover = await endLeftover(folder.held, this.#leftoverGraceMs, abort);
    if (leftover !== undefined) log.warn("Ended a collector that an earlier run left behind", { pid: leftover });
    const { user, prefix } = await this.#chooseUser(folder.storageOwner);
    const { configFiles } = this.#options;
    const machine = thisMachine(this.#path, user);
    const systemLog = systemLogOf(machine, pathOf(this.#options));
    this.#systemLog = systemLog;
    const ours = configurationFiles(configurationParts(machine.platform, systemLog));
    const theirs = userFiles(configFiles.map((file) => resolve(file)));
    const { workingDirectory } = folder;
    const environment = this.#environment(systemLog, folder);
    const run = <T>(words: readonly string[], start: (command: ChildCommand) => T): T => {
      const { path, fd } = executableFor(program, user.ids);
      const command = this.#absolute([...prefix, path, ...words]);
      try {
        return start({ command, environment, workingDirectory, passedFd: fd });
      } finally {
        if (fd !== undefined) closeSync(fd);
      }
    };
    // One that hangs is ended by the next start, as a collector is.
    const started = (pid: number): void => this.#writeDown(pid, [fileIdentity(program)]);
    const names = await this.#namesOf(program, () =>
      run(["components"], (command) => askComponents(command, started, abort)),
    );
    const files = folder.writeConfiguration(inNames([...ours, ...theirs], names), user.ids);
    folder.makeMarkFile(this.#marks.make().mark, user.ids);
    folder.prepareStorage(user.ids);
    const left = folder.renameInStorage((name) => storedUnder(name, names));
    if (left.length > 0) {
      const unsent = left.map((name) => folder.held.pathOf(`${STORAGE}/${name}`)).join(", ");
      log.warn("A queue of an earlier collector is not sent: there is a file of the name that it would get", {
        unsent,
      });
    }
    this.#syslogStart.tell(folder, syslogPaths(systemLog), user.ids);
    this.#program = program;
    return () =>
      run([...this.#subcommand, ...collectorArguments(files)], (command) => {
        const child = new CollectorChild(command, tail);
        this.#syslogStart.started();
        started(child.pid);
        return child;
      });
  }

  /** Writes `mark` to the end of the log that the newest run reads. Throws when it cannot. */
  writeMark(mark: string): void {
    if (this.#systemLog?.kind === "journald") writeToJournal(mark);
    else this.#folder?.writeMark(mark);
  }

  /** The newest run, the process `pid`, is no longer to be late for anybody's sake. */
  hurry(pid: number): void {
    hurryGroup(pid, this.#path);
  }

  /** Bytes of the log that the newest run, the process `pid`, has not read yet; undefined where that cannot be known. */
  unreadBytes(pid: number): number | undefined {
    return this.#systemLog === undefined ? undefined : unreadBytes(pid, syslogPaths(this.#systemLog));
  }

  /** The program says that it is ready: by now a script has become what it starts, which the next start must know too. */
  ready(pid: number): void {
    this.#writeDown(pid, [fileIdentity(this.#program), programOf(pid)]);
    this.#syslogStart.ready();
  }

  /** The run has ended, or has come to nothing. Safe to call twice. */
  ended({ isGone }: { readonly isGone: boolean }): void {
    if (isGone && this.#folder !== undefined) removePidFile(this.#folder.held);
    this.#folder?.[Symbol.dispose]();
    this.#folder = undefined;
  }

  #open(): CollectorFolder {
    this.ended({ isGone: false });
    const folder = new CollectorFolder(this.#options.home);
    this.#folder = folder;
    return folder;
  }

  /** Asked once of each program that answers: the one at a path may be exchanged between two starts. */
  async #namesOf(program: string, ask: () => Promise<ComponentNames | undefined>): Promise<ComponentNames> {
    const identity = `${program} ${fileIdentity(program)}`;
    if (this.#names?.identity === identity) return this.#names.names;
    const names = await ask();
    if (names === undefined) return NAMES_OF_TODAY;
    this.#names = { identity, names };
    return names;
  }

  /** Asked anew as long as the collector runs as somebody it should not: the cause may have been mended. */
  async #chooseUser(storageOwner: number | undefined): Promise<RunAs> {
    if (this.#runAs !== undefined && this.#runAs.problem === undefined) return this.#runAs;
    const before = this.#runAs;
    const runAs = await this.#findUser(storageOwner);
    this.#runAs = runAs;
    const { problem, user } = runAs;
    if (problem !== undefined && before === undefined) log.warn(problem.reason, { remedy: problem.remedy });
    if (user.name === "root" && user.isRequired)
      log.warn("The collector runs as root, as telemetry.collector.user says");
    return runAs;
  }

  async #findUser(storageOwner: number | undefined): Promise<RunAs> {
    const { user, baseDirectory } = this.#options;
    const wanted = collectorUser({
      ...(user === undefined ? {} : { user }),
      baseDirectory: resolve(baseDirectory),
      storageOwner,
    });
    const { prefix, changesUser } = await launcherFor(wanted.ids, probeWith({ PATH: this.#path }));
    if (changesUser) return { user: wanted, prefix };
    const reason = `Cannot run the collector as ${wanted.name}: setpriv (util-linux) is missing or may not change the user`;
    if (wanted.isRequired) throw new Error(`${reason}; install it, or choose "root" as telemetry.collector.user`);
    return {
      user: { name: "root", isRequired: false },
      prefix,
      problem: {
        reason: `${reason}; it runs as root`,
        remedy:
          "Install util-linux, or give the container CAP_SETUID, CAP_SETGID and CAP_SETPCAP; " +
          'telemetry.collector.user "root" accepts it as it is',
      },
    };
  }

  /** By its full path: where the first word is looked for must not depend on the agent's own environment. */
  #absolute([first = "", ...rest]: readonly string[]): readonly string[] {
    return [Bun.which(first, { PATH: this.#path }) ?? first, ...rest];
  }

  /** A full disk is no reason to be without a collector. */
  #writeDown(pid: number, programs: readonly (string | undefined)[]): void {
    if (this.#folder === undefined) return;
    const known = programs.filter((program) => program !== undefined);
    try {
      writePidFile(this.#folder.held, { pid, mark: this.#mark, programs: [...new Set(known)] });
    } catch (error) {
      log.warn("Cannot write the collector's pid file: a killed agent could leave it behind", { error });
    }
  }

  #environment(systemLog: SystemLog, folder: CollectorFolder): Record<string, string> {
    const { environment, environmentNames, receiverHost, receiverPort } = this.#options;
    const variables = collectorEnvironment({ ...environment, PATH: this.#path }, environmentNames, {
      endpoint: localUrl(receiverHost, receiverPort),
      token: this.#token,
      intervalMs: this.#options.intervalMs,
      requestMaxBytes: this.#options.requestMaxBytes,
      storageDirectory: STORAGE,
      resource: this.#options.resource,
      syslogPaths: systemLog.kind === "files" ? [...syslogPaths(systemLog).filter(mayBeOpened), MARK_FILE] : [],
      isSyslogNew: this.#syslogStart.isEmpty(syslogPaths(systemLog)),
      journalStart: systemLog.kind === "journald" ? journalStart(folder.held, this.#startedAt) : ALL_OF_IT,
    });
    return { ...variables, [MARK_NAME]: this.#mark };
  }
}
