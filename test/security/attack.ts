import { join } from "node:path";
import type { Agent } from "../support/agent.ts";
import { Child } from "../support/child.ts";
import { TempDir } from "../support/temp-dir.ts";

/**
 * What each connection does. `begin`: the body's bytes, as the beginning of a header that does not end. `flood`: the request, again as soon as it is answered. `announce`: its head and one byte.
 * `stall`: all but its last byte. `drip`: one byte after the other. `pipeline`: request after request, without waiting.
 */
export type Manner = "begin" | "flood" | "announce" | "stall" | "drip" | "pipeline";

export interface AttackRequest {
  /** `POST /v1/logs`. */
  readonly line: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Orders {
  readonly port: number;
  readonly connections: number;
  readonly manner: Manner;
  /** The file with the whole HTTP request. */
  readonly requestFile: string;
}

/** A hostile sender beside an agent. `await using` ends it. */
export class Attack implements AsyncDisposable {
  readonly #child: Child;
  readonly #directory: TempDir;

  private constructor(child: Child, directory: TempDir) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Resolves when it is under way. */
  static async start(
    agent: Agent,
    manner: Manner,
    connections: number,
    { line, headers = {}, body = new Uint8Array(0) }: AttackRequest,
  ): Promise<Attack> {
    const directory = new TempDir("attack");
    const fields = { host: "localhost", "content-type": "application/json", ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `${line} HTTP/1.1\r\n${lines.join("")}content-length: ${body.length}\r\n\r\n`;
    const requestFile = directory.file("request");
    await Bun.write(requestFile, Buffer.concat([Buffer.from(head), body]));
    const orders: Orders = { port: agent.port, connections, manner, requestFile };
    const child = new Child([process.execPath, join(import.meta.dir, "attack-program.ts"), JSON.stringify(orders)]);
    await child.said(/attacking/);
    return new Attack(child, directory);
  }

  /** What it was answered so far: status → count. */
  get answers(): Readonly<Record<string, number>> {
    const last = this.#child.output.trimEnd().split("\n").at(-1) ?? "";
    const counts: Record<string, number> = last.startsWith("{") ? JSON.parse(last) : {};
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#directory[Symbol.dispose]();
  }
}
