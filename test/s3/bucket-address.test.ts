import { expect, test } from "bun:test";
import { bucketAddress } from "../../src/s3/bucket-address.ts";

const PLAIN = { isDualStack: false, isFips: false };

test.each([
  ["bkt", "us-east-1", PLAIN, "https://bkt.s3.us-east-1.amazonaws.com"],
  ["bkt", "cn-north-1", PLAIN, "https://bkt.s3.cn-north-1.amazonaws.com.cn"],
  ["my.bkt", "cn-northwest-1", PLAIN, "https://s3.cn-northwest-1.amazonaws.com.cn/my.bkt"],
  ["bkt", "us-gov-west-1", { ...PLAIN, isFips: true }, "https://bkt.s3-fips.us-gov-west-1.amazonaws.com"],
  ["bkt", "us-west-2", { ...PLAIN, isDualStack: true }, "https://bkt.s3.dualstack.us-west-2.amazonaws.com"],
  ["bkt", "us-west-2", { isDualStack: true, isFips: true }, "https://bkt.s3-fips.dualstack.us-west-2.amazonaws.com"],
  ["bkt", "eusc-de-east-1", PLAIN, "https://bkt.s3.eusc-de-east-1.amazonaws.eu"],
  ["Bkt_x", "us-east-1", { ...PLAIN, endpoint: "HTTP://127.0.0.1:9000/" }, "http://127.0.0.1:9000/Bkt_x"],
  ["bkt", "auto", { ...PLAIN, endpoint: "https://h.example/storage/v1/s3/" }, "https://h.example/storage/v1/s3/bkt"],
])("bucketAddress() of %s in %s with %j", (bucket, region, config, url) => {
  expect(bucketAddress(bucket, region, config)).toEqual({ url, region, service: "s3" });
});

test("bucketAddress() throws where AWS has no such address", () => {
  expect(() => bucketAddress("bkt", "cn-north-1", { ...PLAIN, isFips: true })).toThrow("does not support FIPS");
  expect(() => bucketAddress("bkt", "us east", PLAIN)).toThrow("Invalid region");
});
