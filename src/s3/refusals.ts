import { NO_ANSWERS } from "./no-answers.ts";
import { type Refusal, type RefusalName, same, tellTheApi } from "./refusal.ts";

/**
 * What S3 and the stores that speak it answer when they do not store, and what portals and proxies put in their place:
 * one row a meaning. Both upload destinations, in operation and in the drain, act on these rows, and on those of
 * {@link NO_ANSWERS}, and on nothing else of an answer.
 */
const ANSWERS: readonly Refusal[] = [
  {
    name: "credentials",
    codes:
      "AccountNotSignedUp AuthFailure AuthenticationFailed AuthenticationRequired AuthorizationQueryParametersError " +
      "CredentialsNotSupported ExpiredRequest ExpiredToken ExpiredTokenException ExpiredUrl InvalidAccessKeyId " +
      "InvalidAuthenticationInfo InvalidClientTokenId InvalidCredentials InvalidSecurity InvalidSignature InvalidToken " +
      "MissingAuthenticationToken MissingSecurityHeader NotAuthenticated RequestExpired SignatureDoesNotMatch " +
      "SignatureExpired TokenRefreshRequired Unauthorized UnrecognizedClientException XAmzContentSHA256Missing",
    statuses: [401, 410],
    words: "the credentials were refused",
    remedy: [
      "Check the AWS credentials; they are read again for every attempt",
      `A new URL is asked for with every attempt. ${tellTheApi("its URLs are refused")}`,
    ],
    isKeyDead: true,
  },
  {
    name: "rights",
    codes:
      "AccessDenied AccessForbidden AllAccessDisabled AuthorizationPermissionMismatch Forbidden InvalidPayer " +
      "NotAuthorized UnauthorizedAccess",
    statuses: [403],
    words: "no right to write there",
    remedy: [
      "Grant these credentials s3:PutObject on the keys of the destination; the bucket's policy must not deny it",
      `A new URL is asked for with every attempt. ${tellTheApi("its URLs are refused")}`,
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "clock",
    codes: "RequestTimeTooSkewed RequestInTheFuture RequestIsNotYetValid",
    words: "the clocks differ too much",
    remedy: ["Set the clock of this machine", tellTheApi("its clock, or that of the store, is wrong")],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "region",
    codes:
      "AuthorizationHeaderMalformed IllegalLocationConstraintException InvalidRegion PermanentRedirect Redirect " +
      "TemporaryRedirect WrongRegion",
    statuses: [301, 307, 308],
    words: "the bucket is elsewhere",
    remedy: [
      "Set AWS_REGION to the region of the bucket, and AWS_ENDPOINT_URL to the address of its store",
      tellTheApi("it signs for another region or address than that of the bucket"),
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "bucket",
    codes: "BucketDisabled ContainerBeingDeleted ContainerNotFound InvalidBucketName InvalidBucketState NoSuchBucket",
    statuses: [404],
    words: "no such bucket",
    remedy: [
      "Create the bucket, or correct telemetry.destination or AWS_ENDPOINT_URL",
      tellTheApi("the bucket of its URLs does not exist"),
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "key",
    codes: "InvalidObjectName InvalidURI KeyTooLong KeyTooLongError NoSuchKey XMinioInvalidObjectName",
    words: "no key that the store takes",
    remedy: [
      "Correct the prefix in telemetry.destination, or telemetry.object_key_folder",
      tellTheApi("the store does not take its keys"),
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "checksum-wanted",
    codes: "MissingContentMD5 InvalidRequestForObjectLock",
    words: "the bucket wants a checksum of every object",
    remedy: [
      "The store takes no checksum and its bucket wants one, as with Object Lock: turn that off, or use another bucket",
      tellTheApi("its bucket has Object Lock, so its URLs must let Content-MD5 through, or sign a checksum"),
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "checksum",
    codes:
      "BadDigest ContentSHA256Mismatch IncompleteBody InvalidDigest XAmzContentChecksumMismatch " +
      "XAmzContentSHA256Mismatch",
    words: "the bytes arrived changed or cut",
    remedy: same("Look for a proxy between this machine and the store that changes or cuts what it passes on"),
    // Some presigners sign the checksum of an empty object into the URL.
    isKeyDead: true,
  },
  {
    name: "header",
    codes: "NotImplemented UnsupportedHeader",
    statuses: [501],
    words: "the store lacks something that uploads need",
    remedy: [
      "Use a store that takes PUT with a Content-Length and a content type",
      tellTheApi("its store does not take a plain PUT"),
    ],
    isLasting: true,
  },
  {
    name: "too-large",
    codes: "EntityTooLarge EntityTooSmall MaxMessageLengthExceeded MissingContentLength RequestBodyTooLarge",
    statuses: [411, 413],
    words: "the object is too large for it",
    remedy: same(
      "Raise the limit of the store, or of the proxy before it, for one request; lower telemetry.object_max_bytes for " +
        "the objects that come later",
    ),
    isLasting: true,
  },
  {
    name: "full",
    codes:
      "QuotaExceeded StorageFull StorageQuotaExceeded InsufficientCapacity XMinioAdminBucketQuotaExceeded " +
      "XMinioStorageFull",
    statuses: [507],
    words: "the store is full",
    remedy: same("Free room in the store, or raise its quota"),
    isLasting: true,
  },
  {
    name: "account",
    codes: "AccountProblem AccountIsDisabled NotSignedUp UserSuspended",
    statuses: [402],
    words: "the account of the bucket is closed",
    remedy: ["Ask the provider of the bucket about its account", tellTheApi("the account of its bucket is closed")],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "encryption",
    codes:
      "KMS.DisabledException KMS.InvalidStateException KMS.NotFoundException KMS.AccessDeniedException " +
      "KMS.KMSInvalidStateException",
    words: "the bucket's key for encryption cannot be used",
    remedy: [
      "Check the KMS key of the bucket, and grant these credentials kms:GenerateDataKey on it",
      tellTheApi("the KMS key of its bucket cannot be used"),
    ],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "endpoint",
    codes: "MethodNotAllowed InvalidHost UnsupportedOperation",
    statuses: [405, 415, 421],
    words: "no store takes uploads there",
    remedy: ["Correct AWS_ENDPOINT_URL: it must be the address of a store", tellTheApi("its URLs lead to no store")],
    isLasting: true,
    isKeyDead: true,
  },
  {
    name: "conflict",
    codes: "ConditionalRequestConflict LeaseIdMissing OperationAborted",
    statuses: [409],
    words: "another request for this object is under way",
    remedy: same("Nothing: it is tried again"),
  },
  {
    name: "busy",
    codes:
      "BandwidthLimitExceeded MaintenanceInProgress RequestLimitExceeded ServerBusy ServiceUnavailable SlowDown " +
      "SlowDownRead SlowDownWrite Throttling ThrottlingException TooManyRequests TooManyRequestsException",
    statuses: [408, 425, 429, 503],
    words: "",
    remedy: same("The store is busy: wait, or ask its provider"),
    isDoubtful: true,
  },
  {
    name: "failing",
    codes: "InternalError InternalServerError OperationTimedOut XMinioBackendDown XMinioServerNotInitialized",
    statuses: [500, 502, 504],
    words: "",
    remedy: same("The store, or a gateway before it, fails: look there"),
    isDoubtful: true,
  },
  {
    name: "proxy",
    codes: "UnsupportedProxyProtocol ProxyAuthenticationRequired",
    statuses: [407],
    words: "the proxy does not pass it on",
    remedy: same(
      "Correct HTTPS_PROXY, HTTP_PROXY or NO_PROXY; a proxy that wants a login has user and password in its URL",
    ),
    isLasting: true,
    isNotStored: true,
  },
  {
    name: "portal",
    statuses: [302, 303, 511],
    words: "the answer is not one of a store",
    remedy: [
      "A portal or a proxy answers in the store's place: log this machine in, let it pass, or correct AWS_ENDPOINT_URL",
      "A portal or a proxy answers in the store's place: log this machine in, or let it pass to the store",
    ],
    isLasting: true,
  },
  {
    name: "name-taken",
    codes: "BlobAlreadyExists ConditionNotMet FileAlreadyExists ObjectAlreadyExists PreconditionFailed",
    statuses: [412],
    words: "an object of that name exists",
    remedy: same("Nothing: the object is looked at, or the next name is taken"),
  },
  {
    name: "refused",
    codes:
      "BadRequest InvalidArgument InvalidObjectState InvalidRequest InvalidStorageClass InvalidTag MalformedXML NotFound " +
      "UnexpectedContent",
    words: "",
    remedy: same("The log has what the store says"),
    isKeyDead: true,
  },
];

const REFUSALS: readonly Refusal[] = [...ANSWERS, ...NO_ANSWERS];

const BY_CODE: ReadonlyMap<string, Refusal> = new Map(
  REFUSALS.flatMap((refusal) => (refusal.codes?.split(" ") ?? []).map((code) => [code, refusal] as const)),
);
const BY_STATUS: ReadonlyMap<number, Refusal> = new Map(
  REFUSALS.flatMap((refusal) => (refusal.statuses ?? []).map((status) => [status, refusal] as const)),
);

/** Undefined for a code that no store is known to use: such a word may be anything. */
export function refusalOfCode(code: string): Refusal | undefined {
  return BY_CODE.get(code);
}

export function refusalOfStatus(status: number): Refusal {
  return BY_STATUS.get(status) ?? refusalNamed(status >= 500 ? "failing" : "refused");
}

export function refusalNamed(name: RefusalName): Refusal {
  const refusal = REFUSALS.find((row) => row.name === name);
  if (refusal === undefined) throw new Error(`Cannot find the refusal "${name}": no such row in the table`);
  return refusal;
}
