/**
 * `bun run boot`: a Debian with systemd, booted under QEMU, with the agent as its unit installs it. A program
 * writes to the journal and to the runner's logs until the machine is switched off; every line that it has written must
 * be in an object. A job runs in a control group of version 2 with limits; what the agent says of it must be what the
 * kernel says. Minutes without hardware virtualisation. `--write` keeps the result in results.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../support/built.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";
import { compareJob } from "./job-figures.ts";
import { FIGURES, figuresIn, JOB_FILES, JOB_UNITS } from "./limited-job.ts";
import { AGENT_LOG, filesOf, LAST_LINES, UNITS, WRITTEN } from "./guest-files.ts";
import { installTools, makeGuest, readGuestFile } from "./guest-image.ts";
import { countLines } from "./line-counts.ts";
import { bootGuest } from "./virtual-machine.ts";

const CACHE = join(import.meta.dir, "../../dist/tools/boot");
const RESULTS = join(import.meta.dir, "results.md");
const BOOT_MAX_MS = 600_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

installTools(say);
await using directory = await TempDir.create("boot");
await using store = await S3Server.start(built("s3"));
const image = makeGuest(
  {
    directory: directory.path,
    cache: CACHE,
    files: [...filesOf(store), ...JOB_FILES],
    units: [...UNITS, ...JOB_UNITS],
  },
  say,
);
say("booting");
const startedAtMs = performance.now();
await using guest = bootGuest(image);
await guest.ended(BOOT_MAX_MS);
const seconds = Math.round((performance.now() - startedAtMs) / 1000);

const written = readGuestFile(image, WRITTEN).trim().split("\n").filter(Boolean).map(Number);
const objects = new Map([...(await store.objects())].map(([key, bytes]) => [key.split("/").at(-1) ?? key, bytes]));
const rows = [
  ["the journal", countLines(objects, { stream: "logs", word: "journal", written })],
  ["the runner's log", countLines(objects, { stream: "gha-logs", word: "diag", written })],
] as const;
const compared = compareJob(objects, figuresIn(readGuestFile(image, FIGURES)));
const log = readGuestFile(image, AGENT_LOG);
const HEADINGS = ["lines written to", "written", "stored", "doubled", "missing"];
const table = markdownTable(
  HEADINGS,
  rows.map(([what, { stored, doubled, missing }]) => [what, ...[written.length, stored, doubled, missing].map(String)]),
  HEADINGS.map((_, column) => (column === 0 ? "left" : "right")),
);
const jobTable = markdownTable(
  ["of the job", "the kernel", "the agent", "within 5 %"],
  compared.map(({ what, kernel, agent, isSame }) => [what, kernel, agent, isSame ? "yes" : "no"]),
  ["left", "right", "right", "left"],
);
say(`\n${table}\n\n${jobTable}\n`);
const isWhole = written.length > LAST_LINES && rows.every(([, { missing, doubled }]) => missing === 0 && doubled === 0);
for (const [what, { missingAt }] of rows) if (missingAt !== "") say(`missing in ${what}: ${missingAt}`);
const isRight = compared.every(({ isSame }) => isSame);
if (!isWhole || !isRight) say(`${log}\n${guest.output.slice(-3000)}`);
if (process.argv.includes("--write")) {
  const text = `# What a switched-off machine has delivered

${new Date().toISOString().slice(0, 10)}, \`bun run boot\`, Debian with systemd under QEMU, ${seconds} s from boot to the end: ${isWhole ? "every line is in an object" : "lines are missing or doubled"}.

A program wrote lines to each place from the agent's start on, as many as the emulated machine let it, at most 20 a second, and ${LAST_LINES} at once when \`systemctl poweroff\` stopped it, just before the agent.

${table}

A job in a service with \`MemoryMax=\` and \`CPUQuota=\` burnt more CPU than it may have, held memory, and was killed for more. Beside the agent a shell read the files of its control group (version 2) once a second.

${jobTable}
`;
  writeFileSync(RESULTS, text);
}
process.exit(isWhole && isRight ? 0 : 1);
