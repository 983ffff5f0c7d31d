import { UntrustedError } from "../lib/trust.ts";

/** Raised when a stage cannot start. What had started before it is stopped again. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly stage: string;
  /** Starting again without a change of the configuration or the machine is no use. */
  readonly isConfiguration: boolean;

  constructor(stage: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = stage;
    this.isConfiguration = isUntrusted(cause);
  }
}

function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof UntrustedError || isUntrusted(error.cause);
}
