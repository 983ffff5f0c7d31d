import { randomHex } from "../lib/random-hex.ts";
import { boltFile } from "./bolt-file.ts";

/**
 * Where the collector keeps how far it has read the files of the receiver `file_log/syslog`, in its storage. Receivers are
 * called without underscores there, so that their own renaming loses no place (contrib's pkg/stanza/adapter/storage.go).
 */
export const SYSLOG_STORAGE = "receiver_filelog_syslog";
const BUCKET = "default";
const KEY = "file_input.knownFiles";
/** By which it tells a file from others: `fingerprint_size` of `config/syslog.yaml`. */
export const FIRST_BYTES = 8 * 1024;
/** Of a made-up file, the least that the collector takes. */
const MADE_UP_BYTES = 16;
/**
 * Entries of the list. It is JSON with their number first; newer collectors try protobuf before that, and a `6` there is
 * a mistake for certain. What there is too few of is made up: no file begins so, and the collector forgets it.
 */
const ENTRIES = 6;

/** A file that the collector shall take for one that it has read up to `offset`. */
export interface KnownFile {
  readonly firstBytes: Uint8Array;
  readonly offset: number;
}

/** What is in {@link SYSLOG_STORAGE} when the collector has read `files`. Every other file it reads from its beginning. */
export function knownFilesStorage(files: readonly KnownFile[]): Buffer {
  const known = files.slice(0, ENTRIES).map(entryOf);
  while (known.length < ENTRIES)
    known.push(entryOf({ firstBytes: Buffer.from(randomHex(MADE_UP_BYTES / 2)), offset: 0 }));
  const list = [known.length, ...known].map((line) => `${JSON.stringify(line)}\n`).join("");
  return boltFile(BUCKET, KEY, Buffer.from(list));
}

function entryOf({ firstBytes, offset }: KnownFile): Readonly<Record<string, unknown>> {
  const first = Buffer.from(firstBytes).toString("base64");
  return { Fingerprint: { first_bytes: first }, Offset: offset, FileAttributes: {} };
}
