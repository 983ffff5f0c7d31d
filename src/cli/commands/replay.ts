import { formatByteSize } from "../../config/byte-size.ts";
import { errorText } from "../../lib/error-text.ts";
import { keepSecret } from "../../lib/mask.ts";
import { printableLines } from "../../lib/printable.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Flag } from "../flags.ts";
import { ProgressLine } from "../progress-line.ts";
import { replaySummary } from "../replay-summary.ts";
import { openSource } from "../stored-source.ts";

const GROUP = "Replay";
const ENDPOINT_FLAG: Flag = {
  name: "to",
  form: "--to <url>",
  takesValue: true,
  description: "OTLP endpoint, such as http://127.0.0.1:4318",
  group: GROUP,
  check: { wanted: "an http:// or https:// URL without a query", isRight: isEndpoint },
};
const TIMESHIFT_FLAG: Flag = {
  name: "timeshift",
  form: "--timeshift",
  takesValue: false,
  description: "move all times, so that the newest object ends now",
  group: GROUP,
};
const PLACE_FLAG: Flag = {
  name: "place",
  form: "--place <file>",
  takesValue: true,
  description: "note there how far it is, and go on from there",
  group: GROUP,
};
/** Headers for the endpoint, as every OTLP exporter reads them: `key=value,key=value`, percent-encoded. */
const HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS";

/**
 * Sends stored objects to an OTLP endpoint. 0: everything was taken; 1: something was refused, or nothing could be read;
 * 2: a wrong argument; 3: it was stopped before the end.
 */
export const replay: Command = {
  name: "replay",
  argument: "<source>",
  description: "send stored objects to an OTLP endpoint",
  flags: [ENDPOINT_FLAG, TIMESHIFT_FLAG, PLACE_FLAG],
  run: replayObjects,
};

async function replayObjects(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err, out, stop, variables } = context;
  const to = URL.parse(valueOf(invocation, ENDPOINT_FLAG) ?? "");
  if (to === null) {
    err(`error: option '${ENDPOINT_FLAG.form}' of 'replay' is missing\n`);
    return EXIT.usage;
  }
  const source = await openSource(context, invocation.argument ?? "");
  if (typeof source === "string") {
    err(`error: ${source}\n`);
    return EXIT.usage;
  }
  const headers = headersOf(variables[HEADERS_VARIABLE] ?? "");
  for (const value of Object.values(headers)) keepSecret(value);
  const [{ OtlpTarget }, { newestSecond, replay: send }, { PlaceFile }] = await Promise.all([
    import("../../replay/otlp-target.ts"),
    import("../../replay/replay.ts"),
    import("../../replay/place-file.ts"),
  ]);
  const progress = new ProgressLine(context);
  const onChange = (reason: string | undefined): void =>
    progress.say(
      reason === undefined
        ? "The endpoint takes requests again"
        : `The endpoint does not take them: ${printableLines(reason)}; trying again`,
    );
  const target = new OtlpTarget({ url: to, headers, onChange });
  const path = valueOf(invocation, PLACE_FLAG);
  try {
    const placeFile = path === undefined ? undefined : new PlaceFile(path, { from: source.label, to: to.href });
    const newest = valueOf(invocation, TIMESHIFT_FLAG) === undefined ? undefined : await newestSecond(source, stop);
    const from = placeFile?.read();
    const report = await send(
      {
        source,
        target,
        ...(from === undefined ? {} : { from }),
        ...(newest === undefined ? {} : { shiftMs: Date.now() - newest * 1000 }),
        onPlace: (place, { objects, bytes }) => {
          placeFile?.write(place);
          progress.show(`${objects} objects, ${formatByteSize(bytes)}`);
        },
      },
      stop,
    );
    progress.end();
    out(printableLines(replaySummary(report, source, to.href)));
    return report.objects > 0 && report.refused === 0 ? EXIT.delivered : EXIT.failed;
  } catch (error) {
    progress.end();
    if (!stop.aborted) {
      err(`Cannot replay ${source.label}: ${errorText(error)}\n`);
      return EXIT.failed;
    }
    const again =
      path === undefined ? `with ${PLACE_FLAG.form} it could go on from here` : "run the command again to go on";
    err(`Stopped before the end; ${again}\n`);
    return EXIT.linesLeft;
  }
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username + url.password === "";
}

/** Percent-encoded, as the specification of OTLP exporters has it. What is no `key=value` is left out. */
function headersOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").flatMap((pair) => {
    const [, key = "", value = ""] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return key === "" ? [] : [[key, decoded(value)] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
