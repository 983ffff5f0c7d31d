import { closeSync, writeSync } from "node:fs";
import { openDatagramSocket } from "../lib/libc.ts";

/** Everybody may send entries there, in the journal's own form: a field a line. */
const SOCKET = "/run/systemd/journal/socket";
const INFO = 6;

/** Writes `message`, one line, as an entry to the journal of this machine. Throws when nobody takes it. */
export function writeToJournal(message: string): void {
  const fd = openDatagramSocket(SOCKET);
  if (fd === undefined) throw new Error("Cannot write to the journal: no sockets on this system");
  try {
    writeSync(fd, `MESSAGE=${message}\nPRIORITY=${INFO}\nSYSLOG_IDENTIFIER=warp-telemetry\n`);
  } finally {
    closeSync(fd);
  }
}
