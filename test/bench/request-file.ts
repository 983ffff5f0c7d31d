/** Hands the requests of a workload to the load generator, a process of its own. */
import { deserialize, serialize } from "node:v8";
import { requestHead, type Workload } from "./bodies.ts";
import { renew } from "./marks.ts";

/** One whole HTTP request, to be written to a socket as it is. */
export class PreparedRequest {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #marks: Uint32Array;
  readonly #headBytes: number;

  constructor({ bytes, marks, headBytes }: StoredRequest) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#marks = marks;
    this.#headBytes = headBytes;
  }

  /** Gives it ids, times and counts that it did not have before. No byte of it may be waiting to be written. */
  renew(): void {
    renew(this.#view, this.#marks, this.#headBytes);
  }
}

/** Takes turns with the requests; one that is being written waits for its next turn. */
export class RequestQueue {
  readonly #requests: readonly PreparedRequest[];
  readonly #busy = new Set<PreparedRequest>();
  #turn = 0;

  /** Throws when `connections` that are all writing would leave none for one of them. */
  constructor(requests: readonly PreparedRequest[], connections: number) {
    if (requests.length < connections) {
      throw new Error(`Cannot send: ${requests.length} bodies, at least ${connections} wanted, one a connection`);
    }
    this.#requests = requests;
  }

  /** Made new. It is the caller's until {@link putBack}. */
  take(): PreparedRequest {
    for (;;) {
      const request = this.#requests[this.#turn];
      this.#turn = (this.#turn + 1) % this.#requests.length;
      if (request === undefined || this.#busy.has(request)) continue;
      this.#busy.add(request);
      request.renew();
      return request;
    }
  }

  /** Call it when no byte of `request` waits to be written. */
  putBack(request: PreparedRequest): void {
    this.#busy.delete(request);
  }
}

interface StoredRequest {
  readonly bytes: Uint8Array;
  readonly marks: Uint32Array;
  readonly headBytes: number;
}

export async function writeRequests(file: string, workload: Workload): Promise<void> {
  const requests = workload.bodies.map((body): StoredRequest => {
    const head = requestHead(workload, body);
    return { bytes: new Uint8Array(Buffer.concat([head, body.bytes])), marks: body.marks, headBytes: head.length };
  });
  await Bun.write(file, serialize(requests));
}

export async function readRequests(file: string): Promise<PreparedRequest[]> {
  const requests: StoredRequest[] = deserialize(Buffer.from(await Bun.file(file).arrayBuffer()));
  return requests.map((request) => new PreparedRequest(request));
}
