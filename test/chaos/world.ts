import { type FSWatcher, mkdirSync, watch } from "node:fs";
import { built } from "../support/built.ts";
import type { Fault, SeenRequest } from "../support/fault-proxy.ts";
import { FolderStore, S3Store, type Store, WarpbuildStore } from "../support/stores.ts";
import type { ApiFault, ApiRequest } from "../support/warpbuild-api.ts";
import { PutWatch } from "./put-watch.ts";

export const WORLD_NAMES = ["folder", "s3", "warpbuild"] as const;
export type WorldName = (typeof WORLD_NAMES)[number];

/**
 * Where the agent delivers to, with a place for hooks at every step of a delivery: so a fault can be put on a request,
 * and a kill on its heels. `await using` ends everything.
 */
export class World implements AsyncDisposable {
  readonly name: WorldName;
  readonly store: Store;
  /** Every PUT that came to the proxy; a batch must be the same bytes each time. */
  readonly puts = new PutWatch();
  /** Told of each PUT as its headers come (never for a folder). */
  onPut: ((seen: SeenRequest) => void) | undefined;
  /** Told of each upload URL asked for. */
  onUrl: ((seen: ApiRequest) => void) | undefined;
  /** Told of each change in the folder: a part begun, an object linked, the part removed. */
  onFile: ((name: string) => void) | undefined;
  /** What happens to a request to the store. */
  storeFault: ((seen: SeenRequest) => Fault | undefined) | undefined;
  apiFault: ((seen: ApiRequest) => ApiFault | undefined) | undefined;
  #watcher: FSWatcher | undefined;

  private constructor(name: WorldName, store: Store) {
    this.name = name;
    this.store = store;
  }

  static async start(name: WorldName): Promise<World> {
    const world = new World(name, await startStore(name));
    const { store } = world;
    if (store instanceof FolderStore) {
      mkdirSync(store.folder);
      world.#watcher = watch(store.folder, (_, file) => world.onFile?.(file ?? ""));
    }
    if (store instanceof S3Store || store instanceof WarpbuildStore) {
      store.proxy.program((seen) => {
        if (seen.method === "PUT") world.onPut?.(seen);
        return world.storeFault?.(seen);
      });
    }
    if (store instanceof WarpbuildStore) {
      store.api.program((seen) => {
        if (seen.route === "presigned_log_upload_url") world.onUrl?.(seen);
        return world.apiFault?.(seen);
      });
    }
    return world;
  }

  /** No fault and no hook any more. */
  heal(): void {
    this.onPut = this.onUrl = this.onFile = undefined;
    this.storeFault = this.apiFault = undefined;
  }

  /** Takes the PUTs seen since the last call into {@link puts}, and lets their bodies go. */
  takePuts(): void {
    const { store } = this;
    if (store instanceof S3Store || store instanceof WarpbuildStore) this.puts.take(store.proxy.requests);
    if (store instanceof WarpbuildStore) store.api.requests.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher?.close();
    await this.store[Symbol.asyncDispose]();
  }
}

async function startStore(name: WorldName): Promise<Store> {
  switch (name) {
    case "folder":
      return FolderStore.start();
    case "s3":
      return S3Store.start(built("s3"));
    case "warpbuild":
      return WarpbuildStore.start(built("s3"));
  }
}
