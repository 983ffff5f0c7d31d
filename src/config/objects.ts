import { longestFolders } from "../upload/object-key.ts";
import type { UploadConfig } from "./config.ts";
import type { Findings } from "./findings.ts";

const KEY = "telemetry.object_key";
/** S3's own limit, in UTF-8. */
const KEY_MAX_BYTES = 1024;
const LONGEST_NAME = "20261122-100000.gha-logs.jsonl.zst";

/** What of the form of objects does not fit the destination. */
export function checkObjects(upload: UploadConfig, findings: Findings): void {
  if (upload.destination.kind === "warpbuild") refuseForms(upload, findings);
  if (upload.destination.kind !== "s3") return;
  const { prefix, keyFolder } = upload.destination;
  const folders = [prefix, keyFolder].filter((part) => part !== "").map((part) => `${part}/`);
  const bytes = Buffer.byteLength(folders.join("")) + longestFolders(upload.key) + 1 + LONGEST_NAME.length;
  if (bytes <= KEY_MAX_BYTES) return;
  const wanted = `keys of at most ${KEY_MAX_BYTES} bytes, with the prefix of the destination they may have ${bytes}`;
  findings.wrong(findings.isDefault(KEY) ? "telemetry.destination" : KEY, wanted);
}

/** The API gives each object a place by its name, and knows plain names alone. */
function refuseForms({ key, suffix, compression }: UploadConfig, findings: Findings): void {
  const given = { [KEY]: key, "telemetry.object_suffix": suffix, "telemetry.compression": compression };
  for (const [option, value] of Object.entries(given)) {
    const only = findings.defaultOf(option);
    if (value === only) continue;
    findings.wrong(option, `${only} with the WarpBuild API, which names its objects itself and knows no other form`);
  }
}
