import { Home } from "../home/home.ts";
import { type HomePlace, homePlace, SAFE_PLACE } from "../home/home-place.ts";
import { takeOver } from "../home/take-over.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { STREAMS, type Stream } from "../pipeline.ts";

const BUFFER = "buffer";

const log = logOf("home");

export interface OpenedHome {
  readonly home: Home;
  readonly place: HomePlace;
  /** The folder of the ring files in it. */
  readonly buffer: HeldFolder;
}

/** The name of a stream's ring file in the folder of ring files. */
export function ringFileName(stream: Stream): string {
  return `${stream}.ring`;
}

/**
 * Opens the agent's folder: the configured one, or a safe one in its stead, into which the ring files of an earlier run
 * are moved. Says in the log which, and why. Throws HomeError, and UntrustedError when no folder is safe.
 */
export function openHome(baseDirectory: string): OpenedHome {
  const place = homePlace(baseDirectory);
  const { path, insteadOf, distrust } = place;
  const home = new Home(path);
  try {
    const buffer = home.folder.folder(BUFFER);
    if (insteadOf !== undefined) {
      log.warn(`Others can change the base directory; the agent of root keeps its files below ${SAFE_PLACE}`, {
        reason: distrust?.reason,
        remedy: distrust?.remedy,
        path,
      });
      const files = takeOver(insteadOf, BUFFER, buffer, STREAMS.map(ringFileName));
      if (files.length > 0)
        log.info("Took over the buffers of an earlier run", { from: insteadOf, files: files.join(", ") });
    } else if (distrust !== undefined) {
      log.warn("Others can change the base directory; the lines in it are only as safe as they are", {
        reason: distrust.reason,
        remedy: distrust.remedy,
      });
    }
    return { home, place, buffer };
  } catch (error) {
    home.release();
    throw error;
  }
}
