import { mkdir, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { TempDir } from "./temp-dir.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Plainly not anybody's: tests search logs and answers for these words. */
export const TEST_CREDENTIALS: S3Credentials = {
  accessKeyId: "AKIATESTTESTTESTTEST",
  secretAccessKey: "test-secret-access-key-that-must-not-leak",
};

export const S3_REGION = "us-east-1";

/**
 * A real S3 server (versitygw, posix backend) on a loopback port, with one empty bucket. Objects are plain files, so
 * they can be read without asking the server. `await using` stops it and removes everything.
 */
export class S3Server implements AsyncDisposable {
  readonly bucket: string;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly credentials: S3Credentials;
  readonly #directory: TempDir;
  readonly #child: Child;

  private constructor(directory: TempDir, child: Child, origin: string, bucket: string, credentials: S3Credentials) {
    this.#directory = directory;
    this.#child = child;
    this.origin = origin;
    this.bucket = bucket;
    this.credentials = credentials;
  }

  static async start(program: string, bucket = "telemetry", credentials = TEST_CREDENTIALS): Promise<S3Server> {
    const directory = await TempDir.create("s3");
    // A folder is a bucket to the posix backend. Metadata goes beside it: not every file system has extended attributes.
    await mkdir(directory.file("data", bucket), { recursive: true });
    await mkdir(directory.file("metadata"));
    const port = await freePort();
    const options = [
      "--port",
      `127.0.0.1:${port}`,
      "--region",
      S3_REGION,
      "--quiet",
      "--keep-alive",
      "--health",
      "/health",
    ];
    const backend = ["posix", "--sidecar", directory.file("metadata"), directory.file("data")];
    const child = new Child([program, ...options, ...backend], {
      environment: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    });
    const server = new S3Server(directory, child, `http://127.0.0.1:${port}`, bucket, credentials);
    try {
      await eventually("versitygw's health", async () => {
        if (!child.isRunning) throw new Error(child.output);
        return (await fetch(`${server.origin}/health`)).ok;
      });
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Every object of the bucket, key → bytes, in the order of keys. */
  async objects(): Promise<Map<string, Uint8Array>> {
    const root = this.#directory.file("data", this.bucket);
    const objects = new Map<string, Uint8Array>();
    for (const file of await filesBelow(root)) objects.set(relative(root, file), await Bun.file(file).bytes());
    return objects;
  }

  /** Bytes of all objects below a folder of the bucket. */
  async bytesBelow(folder: string): Promise<number> {
    const files = await filesBelow(this.#directory.file("data", this.bucket, folder));
    return files.reduce((sum, file) => sum + Bun.file(file).size, 0);
  }

  /** Puts an object there, as another machine would. Not as a file: conditions hold only for what the server stored. */
  async write(key: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = await fetch(presignPut(this, this.origin, key, 60), { method: "PUT", body });
    if (!answer.ok) throw new Error(`Cannot write ${key}: ${answer.status} ${await answer.text()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.toSorted();
}

/**
 * A presigned PUT URL for `key`, as a backend makes them: good for `expiresInSeconds` at `origin`. A proxy in front of
 * the server must be the `origin`, because the host is signed.
 */
export function presignPut(server: S3Server, origin: string, key: string, expiresInSeconds: number): string {
  const client = new Bun.S3Client({
    endpoint: origin,
    bucket: server.bucket,
    region: S3_REGION,
    accessKeyId: server.credentials.accessKeyId,
    secretAccessKey: server.credentials.secretAccessKey,
  });
  return client.presign(key, { method: "PUT", expiresIn: expiresInSeconds });
}
