import { writeFileSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { built } from "../support/built.ts";

export interface Results {
  readonly seed: number;
  readonly kills: number;
  readonly seconds: number;
  readonly problems: number;
  readonly table: string;
  readonly args: readonly string[];
}

const FILE = join(import.meta.dir, "results.md");

/** Keeps the table of a run beside the suite, with what is needed to do it again. */
export function writeResults({ seed, kills, seconds, problems, table, args }: Results): void {
  const flags = args.filter((arg) => arg !== "--write");
  const wanted = Object.entries({ "--seed": seed, "--kills": kills }).filter(([flag]) => !flags.includes(flag));
  const command = ["bun run chaos", ...wanted.flat(), ...flags].join(" ");
  const collector = Bun.spawnSync([built("collector"), "--version"])
    .stdout.toString()
    .trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()} ${arch()}, Bun ${Bun.version}, ${collector}`;
  const text = `# What \`bun run chaos\` found

${new Date().toISOString().slice(0, 10)}, \`${command}\`, ${Math.ceil(seconds / 60)} minutes, ${machine}: ${problems === 0 ? "every promise held" : `${problems} problems`}.

A line of the table sums up every life of the agent that met the fault; a life meets several, so the lines overlap, and only those called ALL add up. Stored beyond acknowledged are requests that were cut off before their answer. Recovery is the time from the death of the agent to its first answer after the next start, or what the fault's name says.

${table}
`;
  writeFileSync(FILE, text);
}
