/** Raised when a stage cannot start. What had started before it is stopped again. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly stage: string;

  constructor(stage: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = stage;
  }
}
