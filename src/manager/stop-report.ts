/** What was left when the agent stopped. */
export interface StopReport {
  /** Lines in the ring files, for the next start. */
  readonly linesLeft: number;
  readonly reason: string;
  /** The agent stopped because it could not keep its promises any longer. */
  readonly isFailure: boolean;
}
