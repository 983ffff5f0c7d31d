import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { logOf } from "../lib/log.ts";
import { keepSecret } from "../lib/mask.ts";
import { unlessAborted } from "../lib/sleep.ts";
import type { AwsFiles } from "./aws-files.ts";

/** Asking a program, a role's service or the machine's own for credentials takes no longer than this. */
const TIMEOUT_MS = 30_000;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Provider = () => Promise<Credentials>;

export interface CredentialSource {
  /** Default: where AWS's libraries look by themselves. */
  readonly files?: AwsFiles;
  readonly profile?: string | undefined;
  /** Certificates in PEM that are trusted instead of the usual ones when a service is asked. */
  readonly ca?: string | undefined;
}

const log = logOf("s3");
/** AWS's libraries warn once of settings that contradict each other. Without a logger they write to standard error. */
const LOGGER = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: (detail: unknown) => log.warn("AWS's libraries warn", { detail: String(detail) }),
  error: (detail: unknown) => log.warn("AWS's libraries tell of an error", { detail: String(detail) }),
};

/**
 * AWS credentials, found as AWS's own tools find them: variables, files, programs, web identity, the roles of containers
 * and machines. Credentials that are found are kept until they are about to expire. {@link renew} makes the next request
 * look again, into the files as they are then. While there are none, every request looks again.
 */
export class AwsCredentials {
  #provide: Provider | undefined;

  /** Rejects with the reason of `abort`, or with what AWS's libraries say. */
  async get(source: CredentialSource, abort: AbortSignal): Promise<Credentials> {
    const limit = AbortSignal.any([abort, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      this.#provide ??= await providerFor(source);
      const found = await unlessAborted(this.#provide(), limit);
      const credentials = trimmed(found);
      for (const secret of Object.values(credentials)) keepSecret(secret, { isPassing: true });
      return credentials;
    } catch (error) {
      this.renew();
      throw error;
    }
  }

  /** What is known was refused, or is about to be useless. */
  renew(): void {
    this.#provide = undefined;
  }
}

async function providerFor({ files, profile, ca }: CredentialSource): Promise<Provider> {
  return defaultProvider({
    ...files,
    logger: LOGGER,
    // Without this the library reads each file once in the life of a process.
    ignoreCache: true,
    ...(profile === undefined ? {} : { profile }),
    ...(ca === undefined ? {} : { clientConfig: { requestHandler: { httpsAgent: await agentFor(ca) } } }),
  });
}

/** Loaded on demand: few need it, and Bun's code for it takes three megabytes. */
async function agentFor(ca: string) {
  const { Agent } = await import("node:https");
  return new Agent({ ca });
}

/** Files and unit files leave blanks and line ends around a value; no credential has any. */
function trimmed({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Credentials {
  return {
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.trim() }),
  };
}
