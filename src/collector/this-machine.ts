import { accessSync, closeSync, constants, existsSync, lstatSync, openSync, readdirSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { systemCode } from "../lib/error-text.ts";
import { asUser } from "../lib/libc.ts";
import type { CollectorUser } from "./collector-user.ts";
import type { LogMachine } from "./log-sources.ts";

/** Where the journal's daemon keeps what it has: for good, or until the machine stops. */
const JOURNAL_FOLDERS = ["/var/log/journal", "/run/log/journal"];
const JOURNAL_FILE = "system.journal";

/** The machine that we run on, as a collector sees it that runs as `user` and has this `PATH`. */
export function thisMachine(searchPath: string, user: CollectorUser): LogMachine {
  const { ids } = user;
  const asCollector = <T>(work: () => T): T => (ids === undefined ? work() : asUser(ids, work));
  return {
    platform: process.platform,
    ...(ids === undefined ? {} : { collectorUser: user.name }),
    exists: existsSync,
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    isReadable: (path) => succeeds(() => asCollector(() => openToRead(path))),
    barrier: (path) =>
      foldersAbove(path).find((folder) => isRefused(() => asCollector(() => lstatSync(`${folder}/.`)))),
    journals,
    has: (program) => Bun.which(program, { PATH: searchPath }) !== null,
  };
}

/** Opened and not asked with access(2), which answers for the user that we are. Only a file: a FIFO has a writer. */
function openToRead(path: string): void {
  if (!statSync(path).isFile()) accessSync(path, constants.R_OK);
  else closeSync(openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
}

/** From the root on. */
function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  const { root } = parse(path);
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) folders.unshift(folder);
  return folders;
}

/** One a machine id; a folder that we cannot look into may hold one that we cannot see. */
function journals(): readonly string[] {
  return JOURNAL_FOLDERS.flatMap((folder) =>
    namesIn(folder)
      .map((machine) => join(folder, machine, JOURNAL_FILE))
      .filter((path) => existsSync(path) || isRefused(() => lstatSync(path))),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function isRefused(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    const code = systemCode(error);
    return code === "EACCES" || code === "EPERM";
  }
}
