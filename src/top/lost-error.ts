/** Raised when the agent did not answer at the beginning. The message is the reason, for people. */
export class LostError extends Error {
  override readonly name = "LostError";
}
