import { defaultEndpointResolver } from "@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js";
import type { AwsConfig } from "./aws-config.ts";

/** Where a bucket is, and what a signature for it is made for. */
export interface BucketAddress {
  /** Without a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly service: string;
}

/**
 * The address of a bucket by the rules of AWS's own SDK: partitions, dual-stack, FIPS, names with dots. At an endpoint of
 * one's own it is below the path, for its names rarely resolve. Throws what the SDK says when there is none.
 */
export function bucketAddress(
  bucket: string,
  region: string,
  { endpoint, isDualStack, isFips }: Pick<AwsConfig, "endpoint" | "isDualStack" | "isFips">,
): BucketAddress {
  const { url, properties } = defaultEndpointResolver({
    Bucket: bucket,
    Region: region,
    UseDualStack: isDualStack,
    UseFIPS: isFips,
    // Sessions are for many small requests; ours are few.
    DisableS3ExpressSessionAuth: true,
    ...(endpoint === undefined ? {} : { Endpoint: endpoint, ForcePathStyle: true }),
  });
  const [scheme] = properties?.authSchemes ?? [];
  return {
    url: url.href.replace(/\/+$/, ""),
    region: scheme?.signingRegion ?? region,
    service: scheme?.signingName ?? "s3",
  };
}
