import { elementOf, isPage, type StoreAnswer } from "./store-answer.ts";

/** As AWS names its regions: `eu-central-1`, `us-gov-west-1`. Only such a word may become part of a host name. */
export const AWS_REGION = /^[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}$/;
/** As other stores name theirs: `garage`, `auto`, `us-west-004`. It only goes into the signature. */
const OTHER_REGION = /^[a-z][a-z0-9_-]{0,31}$/;
/** The region in a host name of S3: `s3.eu-west-1`, `s3-eu-west-1`, `s3-fips.dualstack.us-gov-west-1`. */
const HOST = /^(?:[^/]*\.)?s3(?:-fips)?(?:\.dualstack)?[.-]([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)$/i;

/**
 * The region in which the bucket is, where the answer tells it: in a header, in the body, or by the host name of S3 to
 * which it leads. `isAws` says whether only regions of AWS are possible. Undefined when it tells none, or what it tells
 * has not the shape of a region.
 */
export function regionHint(answer: StoreAnswer, isAws: boolean): string | undefined {
  if (isPage(answer)) return undefined;
  const candidates = [
    answer.headers.get("x-amz-bucket-region"),
    elementOf(answer, "Region"),
    /expecting '([^']*)'/.exec(elementOf(answer, "Message") ?? "")?.[1],
    regionOfHost(elementOf(answer, "Endpoint")),
    regionOfHost(URL.parse(answer.headers.get("location") ?? "")?.hostname),
  ];
  const shape = isAws ? AWS_REGION : OTHER_REGION;
  return candidates.find((candidate) => typeof candidate === "string" && shape.test(candidate)) ?? undefined;
}

function regionOfHost(host: string | undefined): string | undefined {
  return HOST.exec(host ?? "")?.[1];
}
