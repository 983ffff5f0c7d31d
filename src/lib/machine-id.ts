import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** machine-id(5): the second place is where D-Bus kept it before. */
const MACHINE_ID_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
/** The firmware's id of the machine or virtual machine; root alone can read it. */
const PRODUCT_UUID_FILE = "/sys/class/dmi/id/product_uuid";
const SEPARATOR = "/";

/**
 * An id of this machine: `<machine id>`, or `<machine id>/<firmware's id>` if that can be read. A copied disk keeps its
 * machine id, but a virtual machine that is made of the copy gets a firmware id of its own. Without a machine id it is
 * the machine's name.
 */
export function machineId(): string {
  const id = MACHINE_ID_FILES.map(textOf).find((text) => text !== "") ?? hostname();
  const uuid = textOf(PRODUCT_UUID_FILE);
  return uuid === "" ? id : `${id}${SEPARATOR}${uuid}`;
}

/**
 * Whether two results of {@link machineId} are of one machine. If one has no second part (the agent may not read it, or
 * is of an earlier version), only the first parts are compared.
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
