import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** machine-id(5): the second place is where D-Bus kept it before. */
const MACHINE_ID_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
/** The firmware's id of the machine or virtual machine; root alone can read it. */
const PRODUCT_UUID_FILE = "/sys/class/dmi/id/product_uuid";
const SEPARATOR = "/";

/**
 * An id of the machine that we run on: `<machine id>` or `<machine id>/<firmware's id>` where that can be read. A copied
 * disk takes its machine id along, and a virtual machine made of it gets a firmware id of its own. The machine's name
 * where there is no machine id.
 */
export function machineId(): string {
  const id = MACHINE_ID_FILES.map(textOf).find((text) => text !== "") ?? hostname();
  const uuid = textOf(PRODUCT_UUID_FILE);
  return uuid === "" ? id : `${id}${SEPARATOR}${uuid}`;
}

/**
 * Whether two ids of {@link machineId} are of one machine. An id without its second part, of an agent that may not read
 * that or of an earlier version, goes by the first part alone.
 */
export function isSameMachine(one: string, other: string): boolean {
  const [id, uuid] = one.split(SEPARATOR);
  const [otherId, otherUuid] = other.split(SEPARATOR);
  return id === otherId && (uuid === undefined || otherUuid === undefined || uuid === otherUuid);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}
