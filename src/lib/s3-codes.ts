/**
 * The error codes of S3 and of the stores that speak it, as far as a PUT, HEAD or GET of an object may meet them. Only
 * these are shown to everybody: what else stands in the place of a code may be anything.
 */
const CODES =
  "AccessDenied AccessForbidden AccountProblem AllAccessDisabled AuthorizationHeaderMalformed " +
  "AuthorizationQueryParametersError BadDigest BadRequest BandwidthLimitExceeded BucketNotEmpty " +
  "ConditionalRequestConflict ContentSHA256Mismatch CredentialsNotSupported EntityTooLarge EntityTooSmall ExpiredToken " +
  "Forbidden IllegalLocationConstraintException IncompleteBody InternalError InternalServerError InvalidAccessKeyId " +
  "InvalidArgument InvalidBucketName InvalidBucketState InvalidDigest InvalidHost InvalidObjectName InvalidObjectState " +
  "InvalidPayer InvalidRegion InvalidRequest InvalidSecurity InvalidSignature InvalidStorageClass InvalidTag " +
  "InvalidToken InvalidURI KMS.DisabledException KMS.NotFoundException KeyTooLongError KeyTooLong " +
  "MalformedPOSTRequest MaintenanceInProgress MaxMessageLengthExceeded MethodNotAllowed MissingContentLength " +
  "MissingSecurityHeader NoSuchBucket NoSuchKey NoSuchUpload NotFound NotImplemented NotModified NotSignedUp " +
  "ObjectAlreadyExists ObjectLockConfigurationNotFoundError OperationAborted PermanentRedirect PreconditionFailed " +
  "QuotaExceeded Redirect RequestExpired RequestIsNotMultiPartContent RequestLimitExceeded RequestTimeTooSkewed " +
  "RequestTimeout ServerBusy ServiceUnavailable SignatureDoesNotMatch SlowDown SlowDownRead SlowDownWrite " +
  "StorageFull StorageQuotaExceeded TemporaryRedirect Throttling ThrottlingException TokenRefreshRequired " +
  "TooManyBuckets TooManyRequests TooManyRequestsException Unauthorized UnauthorizedAccess UnexpectedContent " +
  "UserSuspended WrongRegion XAmzContentChecksumMismatch XAmzContentSHA256Mismatch XMinioServerNotInitialized " +
  "XMinioStorageFull XMinioBackendDown XMinioAdminBucketQuotaExceeded";

const KNOWN: ReadonlySet<string> = new Set(CODES.split(" "));

export function isS3Code(code: string): boolean {
  return KNOWN.has(code);
}
