import { readdirSync, readFileSync, statSync } from "node:fs";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { DESCRIPTORS } from "../lib/descriptors.ts";
import { systemCode } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { connectionsTo, endConnection, type TcpConnection } from "../lib/tcp-sockets.ts";

/** Each may hold the beginning of a request's head for 10 s, 64 KiB at most: 128 MiB together, and more between two looks. */
export const CONNECTIONS_MAX = 2048;
/** Of the files that this process may have open; the rest is for rings, uploads and logs. */
const FILES_SHARE = 1 / 2;
const LOOK_EVERY_MS = 500;
/** While there are more than half as many files as connections may be: what comes between two looks is too much, too. */
const LOOK_CROWDED_EVERY_MS = 100;

export interface Sockets {
  /** Open files of this process; 0 where they cannot be counted. */
  openFiles(): number;
  /** How many it may have. */
  filesMax(): number;
  connectionsTo(port: number): readonly TcpConnection[];
  end(connection: TcpConnection): void;
}

const log = logOf("http");

/**
 * Ends the connections above a limit, those first on which nothing has come for longest. Bun.serve knows no limit, and
 * when the process may open no more files, nobody is heard: accepting fails, again and again.
 */
export class ConnectionCap {
  readonly #port: number;
  readonly #sockets: Sockets;
  readonly #max: number;
  readonly #clock: Clock;
  #stopTimer: () => void = () => {};
  #ended = 0;

  /** Looks until {@link close}. */
  constructor(port: number, sockets: Sockets = SYSTEM_SOCKETS, clock: Clock = SYSTEM_CLOCK) {
    this.#port = port;
    this.#sockets = sockets;
    this.#max = Math.min(CONNECTIONS_MAX, Math.floor(sockets.filesMax() * FILES_SHARE));
    this.#clock = clock;
    this.#lookIn(LOOK_EVERY_MS);
  }

  /** Connections that were ended. */
  get ended(): number {
    return this.#ended;
  }

  /** Safe to call twice. */
  close(): void {
    this.#stopTimer();
  }

  #lookIn(ms: number): void {
    this.#stopTimer = this.#clock.after(ms, () => {
      const files = this.#sockets.openFiles();
      this.#lookIn(files > this.#max / 2 ? LOOK_CROWDED_EVERY_MS : LOOK_EVERY_MS);
      // Not each time: to look at each connection takes some microseconds.
      if (files > this.#max) this.#endTooMany();
    });
  }

  #endTooMany(): void {
    const connections = this.#sockets.connectionsTo(this.#port).toSorted((a, b) => b.quietMs - a.quietMs);
    const tooMany = connections.slice(0, Math.max(0, connections.length - this.#max));
    for (const connection of tooMany) this.#sockets.end(connection);
    if (this.#ended === 0 && tooMany.length > 0) {
      log.warn("Too many connections; the quietest are ended; said once", {
        connections: connections.length,
        most: this.#max,
      });
    }
    this.#ended += tooMany.length;
  }
}

const SYSTEM_SOCKETS: Sockets = { openFiles, filesMax, connectionsTo, end: endConnection };

function openFiles(): number {
  if (process.platform !== "linux") return 0;
  try {
    // Linux says it as the size of the folder, since 6.2.
    return statSync(DESCRIPTORS).size || readdirSync(DESCRIPTORS).length;
  } catch (error) {
    // To look into the folder takes a file that may not be opened any more.
    return ["EMFILE", "ENFILE"].includes(systemCode(error) ?? "") ? Number.POSITIVE_INFINITY : 0;
  }
}

function filesMax(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
