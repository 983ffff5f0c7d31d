/** Which end of a job a script stands at. */
export type HookMoment = "started" | "completed";

export interface HookScript {
  readonly moment: HookMoment;
  /** The agent's program. Any path. */
  readonly program: string;
  /** What follows `hook started`. Any text. */
  readonly args: readonly string[];
}

/**
 * The program ends within 3.5 s by itself; one that does not is ended here. So a hook takes less than 5 s: the runner sets
 * no limit, and a job would wait.
 */
const LOOK_EVERY_S = 0.1;
const LOOKS_MAX = 40;
const KILL_AFTER_MS = LOOK_EVERY_S * LOOKS_MAX * 1000;

const HEAD = `Made by "warp-telemetry hooks". The runner starts this script when a job has %s.
# Any exit code but 0 would fail the job, so there is none. Nothing of the environment is printed.`;

/** For any shell of POSIX, also where the runner starts it with -e and pipefail. */
export function shellScript({ moment, program, args }: HookScript): string {
  const words = ["hook", moment, ...args].map(shellWord).join(" ");
  return `#!/bin/sh
# ${HEAD.replace("%s", moment)}
set +e
trap 'exit 0' HUP INT TERM
program=${shellWord(program)}
if [ ! -f "$program" ] || [ ! -x "$program" ]; then
  echo "warp-telemetry: the job goes on without telemetry: its program is not there" >&2
  exit 0
fi
"$program" ${words} </dev/null &
child=$!
looks=0
while kill -0 "$child" 2>/dev/null; do
  looks=$((looks + 1))
  if [ "$looks" -gt ${LOOKS_MAX} ]; then
    kill -9 "$child" 2>/dev/null
    break
  fi
  sleep ${LOOK_EVERY_S} 2>/dev/null || sleep 1
done
exit 0
`;
}

/** For PowerShell 5.1 and later. */
export function powershellScript({ moment, program, args }: HookScript): string {
  const words = ["hook", moment, ...args].map(windowsWord).join(" ");
  return `# ${HEAD.replace("%s", moment)}
try {
  $program = ${powershellWord(program)}
  if (Test-Path -LiteralPath $program -PathType Leaf) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $program
    $start.Arguments = ${powershellWord(words)}
    $start.UseShellExecute = $false
    $child = [System.Diagnostics.Process]::Start($start)
    if (-not $child.WaitForExit(${KILL_AFTER_MS})) { $child.Kill() }
  } else {
    Write-Output 'warp-telemetry: the job goes on without telemetry: its program is not there'
  }
} catch {
  Write-Output 'warp-telemetry: the job goes on without telemetry: its program cannot be started'
}
exit 0
`.replaceAll("\n", "\r\n");
}

/** Inside single quotes a shell takes everything as it is. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function powershellWord(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}

/** As programs on Windows take their command line apart (CommandLineToArgvW). */
function windowsWord(text: string): string {
  if (/^[\w.:=/-]+$/.test(text)) return text;
  return `"${text.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, "$1$1")}"`;
}
