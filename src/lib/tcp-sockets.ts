import { readdirSync } from "node:fs";
import { DESCRIPTORS } from "./descriptors.ts";
import { linuxLibrary } from "./libc.ts";

/** The TCP sockets of this process at a port, for what Bun.serve has no option. All of it works on Linux with glibc only. */
const [SOL_SOCKET, SO_RCVBUF] = [1, 8];
const [IPPROTO_TCP, TCP_INFO, SHUT_RD] = [6, 11, 0];
/** Families whose addresses begin with the family and the port (ip(7), ipv6(7)). */
const INTERNET_FAMILIES = new Set([2, 10]);
const ADDRESS_BYTES = 128;
const DESCRIPTORS_GUESSED = 4096;
/** The beginning of struct tcp_info (linux/tcp.h), up to the time since data came last. */
const INFO_BYTES = 56;
const INFO_LAST_DATA_RECEIVED = 52;
const STATE_LISTEN = 10;

export interface TcpConnection {
  readonly fd: number;
  /** Since bytes came last, or since it was made. */
  readonly quietMs: number;
}

/** Where the calls write, one after the other; made once, because there may be thousands of sockets. */
const address = new Uint8Array(ADDRESS_BYTES);
const addressView = new DataView(address.buffer);
const info = new Uint8Array(INFO_BYTES);
const infoView = new DataView(info.buffer);
const length = new Uint32Array(1);

/**
 * Says what the kernel keeps at most of each connection that is made to our `port` from now on, until we read it. The
 * kernel takes twice as many bytes, half of them for itself (SO_RCVBUF in socket(7)).
 */
export function limitReceiveBuffers(port: number, byteCount: number): void {
  const size = Int32Array.of(byteCount);
  for (const fd of socketsAt(port)) linuxLibrary()?.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, size.byteLength);
}

/** The connections that others have made to our `port`. None where they cannot be known. */
export function connectionsTo(port: number): TcpConnection[] {
  const found: TcpConnection[] = [];
  for (const fd of socketsAt(port)) {
    length[0] = INFO_BYTES;
    if (linuxLibrary()?.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0) continue;
    if (info[0] === STATE_LISTEN) continue;
    found.push({ fd, quietMs: infoView.getUint32(INFO_LAST_DATA_RECEIVED, true) });
  }
  return found;
}

/**
 * Ends a connection for who reads it: Bun finds it ended, and closes its descriptor. What is answered before that can
 * still be sent: a line that was stored in between must not look as if it were not.
 */
export function endConnection({ fd }: TcpConnection): void {
  linuxLibrary()?.shutdown(fd, SHUT_RD);
}

function socketsAt(port: number): number[] {
  if (linuxLibrary() === null) return [];
  return descriptors().filter((fd) => localPort(fd) === port);
}

function descriptors(): number[] {
  try {
    return readdirSync(DESCRIPTORS).map(Number);
  } catch {
    // No more files may be opened, not even this folder; then the first descriptors are all in use.
    return Array.from({ length: DESCRIPTORS_GUESSED }, (_, fd) => fd);
  }
}

/** Undefined of what is no socket of the internet. */
function localPort(fd: number): number | undefined {
  length[0] = ADDRESS_BYTES;
  if (linuxLibrary()?.getsockname(fd, address, length) !== 0) return undefined;
  return INTERNET_FAMILIES.has(addressView.getUint16(0, true)) ? addressView.getUint16(2) : undefined;
}
