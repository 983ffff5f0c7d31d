import { Child, type Exit } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

export interface AgentOptions {
  /** The program under test. */
  readonly executable: string;
  /** Becomes `--base-directory`. Give the same one again for a restart. */
  readonly baseDirectory: string;
  /** More flags; the port and the base directory are given already. */
  readonly flags?: readonly string[];
  /** More environment; PATH is given already, nothing else is inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Where it is started. Default: the current directory. */
  readonly directory?: string;
  /** A command that runs it, such as `setpriv --reuid=65534`; it must become it, not start it. */
  readonly launcher?: readonly string[];
}

/** How a run ended. */
export interface AgentEnd extends Exit {
  /** All that it wrote to standard output and standard error. */
  readonly log: string;
}

/**
 * The agent as a user runs it: the compiled executable as a process of its own, spoken to over HTTP only. `await using`
 * ends it and its children in every case.
 */
export class Agent implements AsyncDisposable {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it and waits until it answers. Rejects, with its log, when it ends before that. */
  static async start(options: AgentOptions): Promise<Agent> {
    const agent = await Agent.spawn(options);
    try {
      await agent.listening();
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
    return agent;
  }

  /** Starts it without waiting: for runs that are expected to end by themselves, or to wait for something. */
  static async spawn({ executable, baseDirectory, flags = [], environment, ...rest }: AgentOptions): Promise<Agent> {
    const port = rest.port ?? (await freePort());
    const launcher = rest.launcher ?? [];
    const command = [...launcher, executable, "--port", String(port), "--base-directory", baseDirectory, ...flags];
    const child = new Child(command, {
      environment: { PATH: process.env["PATH"] ?? "", ...environment },
      ...(rest.directory === undefined ? {} : { directory: rest.directory }),
    });
    return new Agent(child, port);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.isRunning;
  }

  /** What has arrived of the log. The agent writes the log in the background: wait with {@link said}, or for the end. */
  get log(): string {
    return this.#child.output;
  }

  /** Waits for words in the log. */
  said(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray> {
    return this.#child.said(pattern, timeoutMs);
  }

  /** Waits until `/health` answers, whatever it says. */
  async listening(): Promise<void> {
    let ended = false;
    await eventually("an answer of /health", async () => {
      if (ended) throw new Error(`the agent ended before it listened:\n${this.log}`);
      ended = !this.isRunning;
      await this.get("/health");
      return true;
    });
  }

  get(path: string): Promise<Response> {
    return fetch(this.origin + path, { keepalive: false });
  }

  /** POSTs JSON, unless `headers` say otherwise. */
  post(path: string, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.origin + path, {
      method: "POST",
      body: typeof body === "string" ? body : new Blob([Buffer.from(body)]),
      headers: { "content-type": "application/json", ...headers },
      // One connection a request: a pooled one would let fetch repeat a request by itself.
      keepalive: false,
    });
  }

  async stats(): Promise<unknown> {
    return await (await this.get("/stats")).json();
  }

  async health(): Promise<unknown> {
    return await (await this.get("/health")).json();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  /** Asks it to stop and waits for the end. `timeoutMs` is a bound for the test, above every drain deadline used. */
  async stop(signal: NodeJS.Signals = "SIGTERM", timeoutMs = 35_000): Promise<AgentEnd> {
    this.signal(signal);
    return await this.ended(timeoutMs);
  }

  async ended(timeoutMs = 15_000): Promise<AgentEnd> {
    const exit = await this.#child.ended(timeoutMs);
    return { ...exit, log: this.log };
  }

  /** SIGKILL to the agent alone, as the OOM killer does it; what it started is left to itself. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}
