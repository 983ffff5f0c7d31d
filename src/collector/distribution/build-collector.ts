import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";

export interface BuildCollectorOptions {
  /** The program to write. Appears whole or not at all. */
  readonly outFile: string;
  /** Called with each line of progress, at least every five seconds. */
  readonly log: (line: string) => void;
  /** Where `go` is looked for. Default: the PATH of this process. */
  readonly searchPath?: string;
}

const PROGRESS_MS = 5000;
/** Of what Go printed, so many last lines are in the error. */
const ERROR_LINES = 15;
const HERE = import.meta.dir;

/**
 * Builds the slim collector from the sources beside this file with the machine's Go: 2 min on two cores the first
 * time, seconds later. Needs the Go module proxy the first time. Rejects with the remedy in the message.
 */
export async function buildCollector({ outFile, log, searchPath }: BuildCollectorOptions): Promise<void> {
  const go = Bun.which("go", searchPath === undefined ? {} : { PATH: searchPath });
  if (go === null) {
    throw new Error(
      "Cannot build the collector: no go in PATH, Go 1.26 or later wanted. Install it from https://go.dev/dl",
    );
  }
  // `go version` does not mind that our go.mod wants a later one; this does, and says so.
  const check = await run([go, "list", "-m"], () => {});
  if (check.code !== 0) {
    throw new Error(`Cannot build the collector: ${check.output.trim()}. Install a newer Go from https://go.dev/dl`);
  }
  const version = await run([go, "version"], () => {});
  log(`building the collector with ${version.output.trim()}`);

  const target = resolve(outFile);
  const temporary = `${target}.building`;
  mkdirSync(dirname(target), { recursive: true });
  const progress = new Progress(log);
  const build = await run(
    [go, "build", "-v", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", temporary, "."],
    (line) => progress.note(line),
  );
  progress.end();
  if (build.code !== 0) {
    rmSync(temporary, { force: true });
    const lines = build.output.trim().split("\n").slice(-ERROR_LINES).join("\n");
    throw new Error(`Cannot build the collector: go build ended with ${build.code}, 0 wanted\n${lines}`);
  }
  renameSync(temporary, target);
  log(`built ${outFile}`);
}

/** Counts what `go build -v` names: modules while it fetches them, packages when they are compiled. */
class Progress {
  readonly #log: (line: string) => void;
  readonly #startedAtMs = performance.now();
  readonly #timer: Timer;
  #modules = 0;
  #packages = 0;

  constructor(log: (line: string) => void) {
    this.#log = log;
    this.#timer = setInterval(() => this.#tell(), PROGRESS_MS);
  }

  note(line: string): void {
    if (line.startsWith("go: ")) this.#modules++;
    else this.#packages++;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const seconds = Math.round((performance.now() - this.#startedAtMs) / 1000);
    this.#log(`${seconds} s: ${this.#modules} modules fetched, ${this.#packages} packages compiled`);
  }
}

async function run(
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = Bun.spawn([...command], {
    cwd: HERE,
    // Without cgo the program runs on any Linux, whatever its C library.
    env: { ...Bun.env, CGO_ENABLED: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputs = await Promise.all([child.stdout, child.stderr].map((stream) => readLines(stream, onLine)));
  return { code: await child.exited, output: outputs.join("") };
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let all = "";
  let rest = "";
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true });
    all += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  return all;
}
