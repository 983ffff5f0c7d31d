import type { Destination } from "../../pipeline.ts";
import { bucket, type BucketConfig } from "./bucket.ts";
import { discard, type DiscardConfig } from "./discard.ts";
import { folder, type FolderConfig } from "./folder.ts";
import type { DescribeContext, DestinationKind, OpenContext, ParseContext, Unusable } from "./kind.ts";
import { warpbuild, type WarpbuildConfig } from "./warpbuild.ts";

/** Every kind of destination, by its name. A new one is a file beside this one, and a line in each of these two. */
interface Configs {
  readonly warpbuild: WarpbuildConfig;
  readonly discard: DiscardConfig;
  readonly s3: BucketConfig;
  readonly folder: FolderConfig;
}
/** Asked in this order what a text means: a folder takes nearly every one. */
const KINDS: { readonly [Name in keyof Configs]: DestinationKind<Configs[Name]> } = {
  warpbuild,
  discard,
  s3: bucket,
  folder,
};

/** Where objects go, read and checked; plain data. */
export type DestinationConfig = Configs[keyof Configs];

/** Where in the agent's own folder objects go when they go to a folder and none is named. */
export const OBJECTS_FOLDER = "objects";

/** What a text may be, for people. */
export const DESTINATION_FORMS = `${folder.form}, ${bucket.form} (no credentials), ${warpbuild.form} or ${discard.form}`;

/** Where objects go when nothing is said: the WarpBuild API when it is known, otherwise a folder. */
export function defaultDestination(hostUrl: string | undefined): DestinationConfig {
  return { kind: hostUrl === undefined ? "folder" : "warpbuild" };
}

/** Reads what people write. Pure. */
export function parseDestination(text: string, context: ParseContext): DestinationConfig | Unusable {
  for (const kind of Object.values(KINDS)) {
    const parsed = kind.parse(text, context);
    if (parsed !== undefined) return parsed;
  }
  return { wanted: DESTINATION_FORMS };
}

/** For people, without secrets. */
export function describeDestination(config: DestinationConfig, context: DescribeContext): string {
  return kindOf(config).describe(config, context);
}

/** Sends nothing yet. Rejects with UntrustedError for a folder that others can change, and with what the AWS libraries say. */
export function openDestination(config: DestinationConfig, context: OpenContext): Promise<Destination> {
  return kindOf(config).open(config, context);
}

function kindOf<Name extends keyof Configs>({
  kind,
}: Configs[Name] & { readonly kind: Name }): DestinationKind<Configs[Name]> {
  return KINDS[kind];
}
