import type { Delivered } from "../upload/upload-record.ts";

/** What was left when the agent stopped. */
export interface StopReport {
  /** Lines in the ring files, for the next start. */
  readonly linesLeft: number;
  /** Bytes of the runner's logs that were not read any more, for the next start. Absent when it never came so far. */
  readonly unreadBytes?: number;
  /** What this run has delivered, and where; absent when it never came so far. */
  readonly delivered?: Delivered & { readonly to: string };
  readonly reason: string;
  /** The agent stopped because it could not keep its promises any longer. */
  readonly isFailure: boolean;
}
