import { eventually } from "./eventually.ts";

const PROMPT = "PROMPT> ";

export interface ShellOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Sees everything as it comes, for one who knows what a terminal makes of it. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/**
 * A person at a terminal: an interactive shell with a pseudo-terminal of its own, so that Ctrl-C reaches the whole
 * foreground group and a background process is cut off when the shell ends. `await using` closes the terminal.
 */
export class Shell implements AsyncDisposable {
  #screen = "";
  readonly #process: Bun.Subprocess;

  constructor(
    directory: string,
    environment: Readonly<Record<string, string>>,
    { columns = 200, rows = 50, onBytes }: ShellOptions = {},
  ) {
    const decoder = new TextDecoder();
    this.#process = Bun.spawn(["bash", "--norc", "--noprofile", "-i"], {
      cwd: directory,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        TERM: "dumb",
        ...environment,
        PS1: PROMPT,
      },
      terminal: {
        cols: columns,
        rows,
        data: (_terminal, bytes) => {
          onBytes?.(bytes);
          this.#screen += decoder.decode(bytes, { stream: true }).replaceAll("\r\n", "\n");
        },
      },
    });
  }

  /** Everything that was on the screen. */
  get screen(): string {
    return this.#screen;
  }

  /** How often the shell was ready for the next command. */
  get prompts(): number {
    return this.#screen.split(PROMPT).length - 1;
  }

  /** Types a line and Enter, once the shell is ready. */
  async type(line: string): Promise<void> {
    await eventually("the prompt", () => this.#screen.endsWith(PROMPT));
    this.#process.terminal?.write(`${line}\n`);
  }

  /** As when somebody pulls at the corner of the window. */
  resize(columns: number, rows: number): void {
    this.#process.terminal?.resize(columns, rows);
  }

  pressCtrlC(): void {
    this.press("\u0003");
  }

  /** Types keys into whatever reads the terminal, without Enter. */
  press(keys: string): void {
    this.#process.terminal?.write(keys);
  }

  /** Waits for the prompt after everything typed so far; resolves to what came since `mark`, a former `screen.length`. */
  async prompt(mark: number, timeoutMs: number): Promise<string> {
    try {
      return await eventually(
        "the prompt to return",
        () => {
          const since = this.#screen.slice(mark);
          return since.endsWith(PROMPT) && since.slice(0, -PROMPT.length);
        },
        { timeoutMs },
      );
    } catch (cause) {
      throw new Error(`Cannot see the prompt; the screen shows\n${this.#screen}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.terminal?.close();
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }
}
