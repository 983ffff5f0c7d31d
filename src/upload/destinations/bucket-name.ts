/** S3's rules for the names of buckets that take objects by name, each with what is wanted instead. */
const S3_RULES: readonly (readonly [broken: RegExp, wanted: string])[] = [
  [/^.{0,2}$/, "a longer bucket name: S3 wants 3 to 63 characters"],
  [/^.{64}/, "a shorter bucket name: S3 wants 3 to 63 characters"],
  [/[^a-z0-9.-]/, "a bucket name of small letters, digits, dots and hyphens, as S3 has them"],
  [/^[.-]|[.-]$/, "a bucket name that begins and ends with a letter or a digit"],
  [/\.\./, "a bucket name without two dots in a row"],
  [/^\d{1,3}(\.\d{1,3}){3}$/, "a bucket name that is no IP address"],
  [
    /^(xn--|sthree-|amzn-s3-demo-)/,
    "a bucket name that does not begin with xn--, sthree- or amzn-s3-demo-: S3 reserves them",
  ],
  [/(\.mrap|--table-s3)$/, "a bucket name that does not end with .mrap or --table-s3: those take no objects by name"],
];
/** Other stores allow more. */
const OWN_STORE_RULES: readonly (readonly [broken: RegExp, wanted: string])[] = [
  [/^$/, "a bucket name"],
  [/^.{256}/, "a shorter bucket name: at most 255 characters"],
  [/[^A-Za-z0-9._-]/, "a bucket name of letters, digits, dots, hyphens and underscores"],
  [/^[._-]|[._-]$/, "a bucket name that begins and ends with a letter or a digit"],
];

/** What a bucket's name has to be instead, for people; undefined when it can be used. Does not repeat the name. Pure. */
export function bucketNameWanted(name: string, hasOwnStore: boolean): string | undefined {
  return (hasOwnStore ? OWN_STORE_RULES : S3_RULES).find(([broken]) => broken.test(name))?.[1];
}
