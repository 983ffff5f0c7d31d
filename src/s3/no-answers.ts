import { type Refusal, same } from "./refusal.ts";

/** Why a request to a store gets no answer, or cannot be made: further rows of the table in `refusals.ts`. */
export const NO_ANSWERS: readonly Refusal[] = [
  {
    name: "unreachable",
    codes:
      "ConnectionRefused ECONNREFUSED EAI_AGAIN EAI_FAIL EHOSTUNREACH ENETUNREACH ENOTFOUND FailedToOpenSocket " +
      "ERR_INVALID_URL UnableToConnect",
    words: "the store cannot be reached",
    remedy: [
      "Check the network, the name server, AWS_ENDPOINT_URL and the region; where a proxy is needed set HTTPS_PROXY",
      "Check the network and the name server; where a proxy is needed set HTTPS_PROXY",
    ],
    isNotStored: true,
  },
  {
    name: "tunnel",
    codes: "ERR_PROXY_TUNNEL",
    words: "the proxy opens no way to the store",
    remedy: same("Let the proxy pass this machine to the store, or name the store in NO_PROXY"),
    isNotStored: true,
  },
  {
    name: "certificate",
    codes:
      "CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_SIGNATURE_FAILURE CERT_UNTRUSTED DEPTH_ZERO_SELF_SIGNED_CERT " +
      "ERR_TLS_CERT_ALTNAME_INVALID SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT " +
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    words: "the certificate of the store is not trusted",
    remedy: [
      "Name the file with your own certificate authority in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS, and check the clock",
      "Name the file with your own certificate authority in NODE_EXTRA_CA_CERTS, and check the clock",
    ],
    isLasting: true,
    isNotStored: true,
  },
  {
    name: "no-credentials",
    words: "no AWS credentials",
    remedy: same(
      "Provide AWS credentials: a role, variables or ~/.aws/credentials; every attempt looks for them again",
    ),
    isKeyDead: true,
    isNotStored: true,
  },
  {
    name: "no-address",
    words: "no address for the bucket",
    remedy: same("Correct AWS_REGION, AWS_ENDPOINT_URL, AWS_USE_DUALSTACK_ENDPOINT or AWS_USE_FIPS_ENDPOINT"),
    isLasting: true,
    isKeyDead: true,
    isNotStored: true,
  },
  {
    name: "no-ca-bundle",
    words: "cannot read AWS_CA_BUNDLE",
    remedy: same("Name a file with certificates in PEM in AWS_CA_BUNDLE, or none"),
    isLasting: true,
    isKeyDead: true,
    isNotStored: true,
  },
  {
    name: "unanswered",
    codes:
      "ABORT_ERR ECONNABORTED ECONNRESET EPROTO ConnectionClosed ConnectionReset EPIPE ETIMEDOUT RequestTimeout TimeoutError",
    words: "",
    remedy: [
      "Check the network between this machine and the store, and whether its address begins with http:// or https://",
      "Check the network between this machine and the store",
    ],
    isDoubtful: true,
  },
];
