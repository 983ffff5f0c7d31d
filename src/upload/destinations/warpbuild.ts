import type { DestinationKind } from "./kind.ts";
import { PresignedDestination } from "./presigned-destination.ts";

/** The WarpBuild API, which hands out a presigned URL for each object. */
export interface WarpbuildConfig {
  readonly kind: "warpbuild";
}

export const warpbuild: DestinationKind<WarpbuildConfig> = {
  form: "warpbuild",
  parse: (text) => (text === "warpbuild" ? { kind: "warpbuild" } : undefined),
  describe: (_, { hostUrl }) => `warpbuild (${hostUrl})`,
  open: (_, { uploadUrls }) => Promise.resolve(new PresignedDestination(uploadUrls())),
};
