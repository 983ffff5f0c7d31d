import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { NO_AWS_SETUP } from "./aws-variables.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { presignPut, S3_REGION, S3Server } from "./s3-server.ts";
import { TempDir } from "./temp-dir.ts";
import { WarpbuildApi } from "./warpbuild-api.ts";

/**
 * A place where objects go, with what the agent must be told to use it: the three destinations behind one shape, so
 * that one test holds for all of them.
 */
export interface Store extends AsyncDisposable {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Every object, by its name (the last part of its key), bytes as they stand there now. */
  objects(): Promise<Map<string, Uint8Array>>;
  /** From now on nothing can be stored; what is stored stays. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

export class FolderStore implements Store {
  readonly environment = {};
  readonly #directory: TempDir;

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  static async start(): Promise<FolderStore> {
    return new FolderStore(await TempDir.create("store"));
  }

  /** The folder itself; the agent makes it. */
  get folder(): string {
    return this.#directory.file("objects");
  }

  get flags(): readonly string[] {
    return ["--destination", this.folder];
  }

  async objects(): Promise<Map<string, Uint8Array>> {
    return byName(await objectsBelow(this.folder));
  }

  /** A file in the folder's place: unlike a missing permission, that stops root as well. */
  async goAway(): Promise<void> {
    await rename(this.folder, this.#directory.file("away")).catch(() => undefined);
    await writeFile(this.folder, "");
  }

  async comeBack(): Promise<void> {
    await rm(this.folder);
    await rename(this.#directory.file("away"), this.folder).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** A bucket behind a fault proxy, reached with AWS credentials. */
export class S3Store implements Store {
  readonly server: S3Server;
  readonly proxy: FaultProxy;

  private constructor(server: S3Server, proxy: FaultProxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static async start(program: string): Promise<S3Store> {
    const server = await S3Server.start(program);
    return new S3Store(server, await FaultProxy.start(server.origin));
  }

  get flags(): readonly string[] {
    return ["--destination", `s3://${this.server.bucket}/ci/images`];
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.proxy.origin,
      AWS_REGION: S3_REGION,
      AWS_ACCESS_KEY_ID: this.server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.server.credentials.secretAccessKey,
      ...NO_AWS_SETUP,
    };
  }

  async objects(): Promise<Map<string, Uint8Array>> {
    return byName(await this.server.objects());
  }

  async goAway(): Promise<void> {
    await this.proxy.refuse();
  }

  async comeBack(): Promise<void> {
    await this.proxy.accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The WarpBuild API, its presigned URLs pointing at a bucket behind a fault proxy. */
export class WarpbuildStore implements Store {
  readonly server: S3Server;
  readonly proxy: FaultProxy;
  readonly api: WarpbuildApi;
  readonly environment = {};
  /** Lifetime of the URLs handed out from now on, in seconds. */
  expiresInSeconds = 300;
  readonly #directory: TempDir;

  private constructor(server: S3Server, proxy: FaultProxy, directory: TempDir) {
    this.server = server;
    this.proxy = proxy;
    this.#directory = directory;
    this.api = new WarpbuildApi({
      presign: (name) => presignPut(server, proxy.origin, `runner-logs/${name}`, this.expiresInSeconds),
    });
  }

  /** `telemetry` goes into the settings file beside the API's address and the secret. */
  static async start(program: string, telemetry: Readonly<Record<string, unknown>> = {}): Promise<WarpbuildStore> {
    const server = await S3Server.start(program);
    const proxy = await FaultProxy.start(server.origin);
    const store = new WarpbuildStore(server, proxy, await TempDir.create("settings"));
    await store.writeSettings(telemetry);
    return store;
  }

  get settingsFile(): string {
    return this.#directory.file("settings.json");
  }

  get flags(): readonly string[] {
    return ["--settings", this.settingsFile];
  }

  /** The settings file as the sibling daemons share it, their sections included. `agent` overrides single keys. */
  async writeSettings(
    telemetry: Readonly<Record<string, unknown>>,
    agent: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const settings = {
      agent: {
        id: this.api.id,
        polling_secret: this.api.secret,
        host_url: this.api.hostUrl,
        runner_verification_token: "not-ours",
        exit_file_location: "/nonexistent/exit",
        ...agent,
      },
      runner: { provider: "github" },
      telemetry: { enabled: true, ...telemetry },
      proxy: {},
      transparent_cache: { enabled: false },
    };
    await Bun.write(this.settingsFile, JSON.stringify(settings));
  }

  async objects(): Promise<Map<string, Uint8Array>> {
    return byName(await this.server.objects());
  }

  async goAway(): Promise<void> {
    await this.proxy.refuse();
  }

  async comeBack(): Promise<void> {
    await this.proxy.accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** The objects of a folder; empty when it is not there yet. Temporary files start with a dot. */
export async function objectsIn(directory: string): Promise<Map<string, Uint8Array>> {
  return await objectsBelow(directory, { isRecursive: false });
}

/** The same with those of its subfolders, by their paths below it. */
export async function objectsBelow(directory: string, { isRecursive = true } = {}): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(directory, { recursive: isRecursive, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  const paths = files.map(({ parentPath, name }) => relative(directory, join(parentPath, name)));
  const objects = new Map<string, Uint8Array>();
  for (const path of paths.toSorted()) objects.set(path, await Bun.file(join(directory, path)).bytes());
  return objects;
}

function byName(objects: Map<string, Uint8Array>): Map<string, Uint8Array> {
  const named = new Map<string, Uint8Array>();
  for (const [key, bytes] of objects) {
    const name = key.split("/").at(-1) ?? key;
    if (named.has(name)) throw new Error(`Cannot tell objects apart: two keys end in ${name}`);
    named.set(name, bytes);
  }
  return named;
}
