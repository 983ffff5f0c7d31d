import type { Batch, PutFailure, PutResult } from "../../pipeline.ts";
import type { Comparison } from "../../s3/compare-object.ts";
import type { Refused } from "../../s3/judge-answer.ts";

/** What a refused PUT means to the uploader; the remedy is that of a bucket with credentials or of a presigned URL. */
export function putFailure(refused: Refused, by: "credentials" | "url"): PutFailure {
  const { refusal, reason, detail, isOutcomeKnown, afterMs } = refused;
  const [bucketRemedy, urlRemedy] = refusal.remedy;
  return {
    kind: "retry",
    reason,
    isOutcomeKnown,
    remedy: by === "url" ? urlRemedy : bucketRemedy,
    ...(refusal.isLasting === true ? { isLasting: true } : {}),
    ...(detail === undefined ? {} : { detail }),
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}

/**
 * What a taken name means: the store said `failure`, and `comparison` is what came of looking at its object. An object that
 * cannot be read is ours if an attempt of ours may have stored it.
 */
export function comparedResult(comparison: Comparison, batch: Batch, failure: PutFailure): PutResult {
  switch (comparison) {
    case "same":
      return { kind: "stored" };
    case "other":
      return { kind: "name-taken" };
    case "unreadable":
      return { kind: batch.wasAttempted ? "stored" : "name-taken" };
    case "gone":
      return { ...failure, reason: "the object of the same name is gone again" };
    default:
      return { ...failure, reason: `cannot look at the object of the same name: ${comparison.reason}` };
  }
}
