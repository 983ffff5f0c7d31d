import { closeSync, existsSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Config, UploadConfig } from "../config/config.ts";
import { lockHolder } from "../home/lock-holder.ts";
import { HeldFolder } from "../lib/held-folder.ts";
import { type Batch, PLAIN_FORM, STREAMS, type Stream } from "../pipeline.ts";
import type { OpenedRing } from "../ring/open-ring.ts";
import { reopenRing, ringOfLines } from "../ring/reopen-ring.ts";
import type { Ring } from "../ring/ring.ts";
import { isRingName } from "../ring/set-aside.ts";
import { salvageOpen } from "../ring/salvage.ts";
import type { Delivered } from "../upload/upload-record.ts";
import { objectForms } from "../upload/object-form.ts";
import { Uploader } from "../upload/uploader.ts";
import type { Environment } from "./environment.ts";
import { openTarget } from "./open-target.ts";

/** Lines of a file whose header cannot be trusted are copied into a ring of this name; a second try goes on with it. */
const COPY_SUFFIX = ".recovering";

export interface FileDelivery extends Delivered {
  readonly to: string;
  /** They are still in the file, or in its copy; the next try goes on with them. */
  readonly linesLeft: number;
}

/**
 * Sends what a ring file holds to the destination of `config` and removes the file when all of it is stored. The batch
 * that an agent had sealed keeps its name, and a try that was cut off goes on where it ended: every line is in one
 * object. Ends when `deadline` fires. Throws when the file is in use by an agent, is no regular file, cannot be read, or
 * says of no stream whose lines it holds. For root UntrustedError when others can change it or replace it: what is sent
 * and removed would be theirs to choose.
 */
export async function deliverFile(
  path: string,
  {
    config,
    environment,
    deadline,
  }: {
    readonly config: Config;
    readonly environment: Environment;
    readonly deadline: AbortSignal;
  },
): Promise<FileDelivery> {
  const directory = dirname(path);
  const name = basename(path);
  if (isInUse(directory, name)) throw new Error(`Cannot deliver "${path}": an agent uses it; stop the agent first`);
  const folder = HeldFolder.findTrusted(`"${path}"`, directory, { isOnTheWay: true });
  try {
    const { ring } = openFile(folder, name, path);
    refuseForm(ring, config.upload, path);
    const { destination } = await openTarget(config, environment, { path: directory, id: "recover" });
    const formOf = objectForms(config.upload, () => undefined);
    const uploader = new Uploader({ sources: [ring], destination, limits: config.upload, formOf });
    uploader.start();
    await uploader.drain(deadline);
    const linesLeft = ring.lines;
    ring.close();
    if (linesLeft === 0) for (const done of [name, name + COPY_SUFFIX]) rmSync(folder.at(done), { force: true });
    return { ...uploader.delivered, linesLeft };
  } finally {
    folder.close();
  }
}

function openFile(folder: HeldFolder, name: string, path: string): OpenedRing {
  const copy = { folder, name: name + COPY_SUFFIX };
  const source = existsSync(folder.at(copy.name)) ? copy : { folder, name };
  const opened = reopenRing(source);
  if (opened !== undefined) return opened;
  const fd = folder.openFile(name, { isReadOnly: true });
  try {
    const { lines, basis } = salvageOpen(fd);
    if (basis === "bytes" && !isRingName(name)) {
      throw new Error(
        `Cannot deliver "${path}": it is no buffer file, and its name is not that of a piece of one; name such a file`,
      );
    }
    return ringOfLines(copy, streamOf(name, path), lines);
  } finally {
    closeSync(fd);
  }
}

/** The WarpBuild API knows objects of the plain form alone, and a sealed batch keeps its own. */
function refuseForm(ring: Ring, { destination }: UploadConfig, path: string): void {
  const { sealed } = ring;
  if (destination.kind !== "warpbuild" || sealed === undefined || isPlain(sealed)) return;
  ring.close();
  throw new Error(
    `Cannot deliver "${path}" to the WarpBuild API, which takes no object named ${sealed.name}: the agent had sealed it for another place; name a folder or a bucket with --to`,
  );
}

function isPlain({ folder, name, compression }: Batch): boolean {
  return folder === "" && compression === PLAIN_FORM.compression && name.endsWith(PLAIN_FORM.suffix);
}

/** Whose lines a file holds, by its name: `gha-logs.ring.damaged-…`. */
function streamOf(name: string, path: string): Stream {
  const stream = STREAMS.find((candidate) => name.startsWith(`${candidate}.ring`));
  if (stream !== undefined) return stream;
  throw new Error(
    `Cannot tell the stream of "${path}": a name wanted that begins with ${STREAMS.join(".ring, ")}.ring`,
  );
}

/** The ring file that an agent has open; what was set aside beside it is in nobody's use. */
function isInUse(directory: string, name: string): boolean {
  return name.endsWith(".ring") && lockHolder(dirname(directory)).kind === "held";
}
