import { expect, test } from "bun:test";
import { bucketNameWanted } from "../../../src/upload/destinations/bucket-name.ts";

test.each(["abc", "my.bucket-1", "a".repeat(63), "bkt--usw2-az1--x-s3", "alias-abc-s3alias", "1.2.3"])(
  "S3 takes the bucket name %s",
  (name) => {
    expect(bucketNameWanted(name, false)).toBeUndefined();
  },
);

test.each([
  ["", "longer"],
  ["ab", "longer"],
  ["a".repeat(64), "shorter"],
  ["My-Bucket", "small letters"],
  ["my_bucket", "small letters"],
  ["-abc", "begins and ends"],
  ["abc.", "begins and ends"],
  ["a..b", "two dots"],
  ["192.168.5.4", "IP address"],
  ["xn--abc", "reserves"],
  ["sthree-abc", "reserves"],
  ["abc.mrap", "no objects by name"],
])("S3 refuses the bucket name %j, and the text says by which rule: %s", (name, rule) => {
  const wanted = bucketNameWanted(name, false) ?? "";
  expect(wanted).toContain(rule);
  if (name.length > 3) expect(wanted).not.toContain(name);
});

test("other stores take more, but no name that is none", () => {
  expect(["a", "My_Bucket", "a".repeat(255)].map((name) => bucketNameWanted(name, true))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  for (const name of ["", "a".repeat(256), "a b", "-a", "a/b"]) expect(bucketNameWanted(name, true)).toBeString();
});
