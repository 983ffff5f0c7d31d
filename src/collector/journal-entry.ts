/** How long a program that hands over one line may take. */
const WRITE_MAX_MS = 2000;
const IDENTIFIER = "warp-telemetry";

/** Writes `message` as an entry to the journal of this machine. `searchPath` is where systemd's program is looked for. */
export async function writeToJournal(message: string, searchPath: string): Promise<void> {
  const program = Bun.which("systemd-cat", { PATH: searchPath });
  if (program === null) throw new Error("Cannot write to the journal: systemd-cat is missing");
  const child = Bun.spawn([program, `--identifier=${IDENTIFIER}`], {
    env: {},
    cwd: "/",
    stdio: [Buffer.from(`${message}\n`), "ignore", "ignore"],
    timeout: WRITE_MAX_MS,
  });
  const code = await child.exited;
  if (code !== 0) throw new Error(`Cannot write to the journal: systemd-cat ended with exit code ${code}`);
}
