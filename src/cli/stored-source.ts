import { readDestination, wantedDestination } from "../config/destination.ts";
import { statSync } from "node:fs";
import { FileObjects } from "../stored/file-objects.ts";
import { FolderObjects } from "../stored/folder-objects.ts";
import type { StoredObjects } from "../stored/stored-objects.ts";
import type { CliContext } from "./context.ts";

const WANTED = "a folder, a file or s3://bucket/prefix";

/** Where stored objects are read from, as people write a destination. A text instead says what is wrong with `text`. */
export async function openSource(
  { variables, workingDirectory }: Pick<CliContext, "variables" | "workingDirectory">,
  text: string,
): Promise<StoredObjects | string> {
  const wanted = wantedDestination(text, variables);
  if (wanted !== undefined) return `Cannot read "${text}": ${wanted} wanted`;
  const place = readDestination(text, { workingDirectory, keyFolder: "", variables });
  if (place.kind === "folder" && place.directory !== undefined) {
    const isFile = statSync(place.directory, { throwIfNoEntry: false })?.isFile() === true;
    return isFile ? new FileObjects(place.directory) : new FolderObjects(place.directory);
  }
  if (place.kind !== "s3") return `Cannot read "${text}": ${WANTED} wanted`;
  // Loads the AWS libraries.
  const { BucketObjects } = await import("../stored/bucket-objects.ts");
  return new BucketObjects({ ...place, variables });
}
