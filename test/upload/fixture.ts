import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { Batch, Destination, PutResult, Stream } from "../../src/pipeline.ts";
import { openRing } from "../../src/ring/open-ring.ts";
import type { Ring } from "../../src/ring/ring.ts";
import { contentOf } from "../support/lines.ts";
import { TempDir } from "../support/temp-dir.ts";

export interface StoredObject {
  readonly name: string;
  /** The folders before the name, which the template of the settings gives. */
  readonly folder: string;
  /** What it holds, inflated. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** A destination that keeps objects in memory and answers as it is told. */
export class FakeDestination implements Destination {
  readonly label = "fake";
  readonly place = "";
  readonly stored: StoredObject[] = [];
  readonly attempts: string[] = [];
  /** Whether each attempt was told that an earlier one may have stored its object. */
  readonly doubts: boolean[] = [];
  /** Answers of the next attempts; when there are none left, attempts are stored. */
  readonly script: (PutResult | "hang" | "stored-but-lost")[] = [];
  concurrent = 0;
  mostConcurrentBytes = 0;
  #bytes = 0;

  async put(batch: Batch, abort: AbortSignal): Promise<PutResult> {
    this.attempts.push(batch.name);
    this.doubts.push(batch.wasAttempted);
    this.#bytes += batch.bytes;
    this.mostConcurrentBytes = Math.max(this.mostConcurrentBytes, this.#bytes);
    try {
      await Bun.sleep(0);
      const answer = this.script.shift();
      if (answer === "hang") {
        await new Promise((_, reject) => abort.addEventListener("abort", () => reject(new Error("cut off"))));
      }
      if (answer === "stored-but-lost") this.#store(batch);
      else if (answer !== undefined && answer !== "hang") return answer;
      if (answer === "stored-but-lost") return { kind: "retry", reason: "the answer was lost", isOutcomeKnown: false };
      this.#store(batch);
      return { kind: "stored" };
    } finally {
      this.#bytes -= batch.bytes;
    }
  }

  #store(batch: Batch): void {
    const { name, folder } = batch;
    const bytes = Buffer.concat(batch.slices);
    const same = this.stored.find((other) => other.name === name);
    if (same === undefined)
      this.stored.push({ name, folder, bytes, text: Buffer.from(contentOf(name, bytes)).toString() });
    else if (!bytes.equals(same.bytes)) throw new Error(`object ${batch.name} was replaced by other bytes`);
  }
}

/** A real ring in a folder of its own. */
export class RingFixture implements Disposable {
  readonly #directory = new TempDir();
  readonly ring: Ring;

  constructor(capacityBytes = 64 * 1024, stream: Stream = "logs") {
    this.ring = openRing({
      folder: HeldFolder.open(this.#directory.path),
      name: `${stream}.ring`,
      stream,
      capacityBytes,
      owner: { machine: "m", agent: "a", destination: "fake" },
      memoryKind: "written",
      lastSecond: 0,
    }).ring;
  }

  /** Offers lines `{"n":from}` … `{"n":to}`. */
  offer(from: number, to: number = from): void {
    for (let n = from; n <= to; n++) {
      const result = this.ring.offer(Buffer.from(`{"n":${n}}`));
      if (result !== "accepted") throw new Error(`the ring answers ${result}`);
    }
  }

  [Symbol.dispose](): void {
    this.ring.close();
    this.#directory[Symbol.dispose]();
  }
}

/** The numbers of the lines in these objects, in order. */
export function numbersIn(objects: readonly StoredObject[]): number[] {
  return objects.flatMap(({ text }) => [...text.matchAll(/^\{"n":(\d+)\}$/gm)].map((match) => Number(match[1])));
}
