import type { Destination, UploadUrlSource } from "../../pipeline.ts";

/** What the text of a destination means depends on this. */
export interface ParseContext {
  /** Relative folders are relative to it. */
  readonly workingDirectory: string;
  /** This machine's folder in a bucket. */
  readonly keyFolder: string;
  /** AWS's variables name a store other than S3. */
  readonly hasOwnStore: boolean;
}

/** What people are told of a place besides its own text. */
export interface DescribeContext {
  /** Where a folder that is not named lies. */
  readonly objectsDirectory: string;
  readonly hostUrl: string | undefined;
}

/** What a destination is made of besides its own configuration. */
export interface OpenContext {
  readonly objectsDirectory: string;
  /** Tells agents apart that share a folder, and is the same after a restart. */
  readonly writerId: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The WarpBuild API. Throws when it is not configured. */
  readonly uploadUrls: () => UploadUrlSource;
}

/** The text is of this kind and cannot be used: what it has to be instead, for people. */
export interface Unusable {
  readonly wanted: string;
}

/**
 * One kind of place where objects go: how it is written, and how it is opened. Its configuration is plain data, and holds
 * no secret.
 */
export interface DestinationKind<Config> {
  /** For help: `s3://bucket/prefix`. */
  readonly form: string;
  /** Undefined when the text is of another kind. Pure. */
  parse(text: string, context: ParseContext): Config | Unusable | undefined;
  /** For people, without secrets. */
  describe(config: Config, context: DescribeContext): string;
  /** Sends nothing. Rejects with UntrustedError for a folder that others can change, and with what the AWS libraries say. */
  open(config: Config, context: OpenContext): Promise<Destination>;
}
