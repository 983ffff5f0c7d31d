import { bucketNameWanted } from "./bucket-name.ts";
import type { DestinationKind } from "./kind.ts";

/** Keys are `<prefix>/<keyFolder>/<object name>`; neither part begins or ends with a slash, `prefix` may be empty. */
export interface BucketConfig {
  readonly kind: "s3";
  readonly bucket: string;
  readonly prefix: string;
  readonly keyFolder: string;
}

const SCHEME = "s3://";
const PREFIX_PART = /^(?!\.{1,2}$)[^/?#]+$/;
const FORM = "s3://bucket/prefix";

export const bucket: DestinationKind<BucketConfig> = {
  form: FORM,
  parse(text, { keyFolder, hasOwnStore }) {
    if (!text.startsWith(SCHEME)) return undefined;
    const [name = "", ...parts] = text.slice(SCHEME.length).replace(/\/$/, "").split("/");
    // What looks like credentials, a port or a query is no form of ours, and no other kind takes it.
    if (/[@:?#]/.test(name) || !parts.every((part) => PREFIX_PART.test(part))) return undefined;
    const wanted = bucketNameWanted(name, hasOwnStore);
    if (wanted !== undefined) return { wanted };
    return { kind: "s3", bucket: name, prefix: parts.join("/"), keyFolder };
  },
  describe({ bucket: name, prefix, keyFolder }) {
    return `${SCHEME}${[name, prefix, keyFolder].filter((part) => part !== "").join("/")}`;
  },
  async open(config, { variables }) {
    // Loads the AWS libraries.
    const { BucketDestination } = await import("./bucket-destination.ts");
    return new BucketDestination({ ...config, variables });
  },
};
