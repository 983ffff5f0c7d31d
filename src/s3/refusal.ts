/** What an answer that does not say "stored" means, and what to do then. */
export interface Refusal {
  readonly name: RefusalName;
  /** Error codes of S3, of the stores that speak it, and of connections. */
  readonly codes?: string;
  /** Status codes that mean this where no code says more. */
  readonly statuses?: readonly number[];
  /** What it means, behind the status and the code. */
  readonly words: string;
  /** What people can do, for uploads with credentials and for uploads by presigned URL. */
  readonly remedy: readonly [bucket: string, url: string];
  /** No attempt will work before people have followed the remedy, so health is degraded at once. */
  readonly isLasting?: boolean;
  /** The next attempt takes new credentials, or a new URL. */
  readonly isKeyDead?: boolean;
  /** Nothing was stored, whoever answered. Without it only the refusal of a store itself is proof of that. */
  readonly isNotStored?: boolean;
  /** Something may have been stored, though a store itself says that it refuses. */
  readonly isDoubtful?: boolean;
}

export type RefusalName =
  | "credentials"
  | "rights"
  | "clock"
  | "region"
  | "bucket"
  | "key"
  | "checksum-wanted"
  | "checksum"
  | "header"
  | "name-taken"
  | "too-large"
  | "full"
  | "account"
  | "encryption"
  | "endpoint"
  | "conflict"
  | "busy"
  | "failing"
  | "proxy"
  | "tunnel"
  | "portal"
  | "unreachable"
  | "certificate"
  | "no-credentials"
  | "no-address"
  | "no-ca-bundle"
  | "unanswered"
  | "refused";

/** The same remedy for both ways of uploading. */
export function same(remedy: string): readonly [bucket: string, url: string] {
  return [remedy, remedy];
}

export function tellTheApi(fault: string): string {
  return `Tell whoever runs the WarpBuild API: ${fault}`;
}
