import type { LiveSpan } from "../../src/live/live-data.ts";
import { HOSTILE, OOM_AT_S, playedJob, playedSteps, START_MS } from "./played-job.ts";
import { randomFrom } from "./random.ts";

export const TESTS_TRACE = "7c1e7f0b52a64a0e9f7d4a5b6c8d9e01";
const BUILD_TRACE = "0af7651916cd43dd8448eb211c80319c";
const BAKE_TRACE = "3f2504e04f8941d39a0c0305e82c3301";
/** The test that fails in the trace of the tests, and what in it is to blame. */
export const FAILED_TEST = "checkout › refuses an expired card";
export const FAILED_QUERY = "INSERT orders";

const SUITES = ["cart", "checkout", "voucher", "search", "account", "shipping"] as const;
const CASES = [
  "adds an item",
  "merges two carts",
  "takes a voucher once",
  "keeps the order of lines",
  "refuses an empty name",
] as const;

/** Numbers the spans of a trace, and keeps what it has made. */
class Played {
  readonly spans: LiveSpan[] = [];
  readonly #traceId: string;
  readonly #service: string;

  constructor(traceId: string, service: string) {
    this.#traceId = traceId;
    this.#service = service;
  }

  /** From and to are ms after the start of the job. */
  add(parent: string | undefined, name: string, fromMs: number, toMs: number, more: Partial<LiveSpan> = {}): string {
    const spanId = `${this.#traceId.slice(0, 8)}${this.spans.length.toString(16).padStart(8, "0")}`;
    this.spans.push({
      traceId: this.#traceId,
      spanId,
      ...(parent !== undefined && { parentSpanId: parent }),
      name,
      service: this.#service,
      startedAtMs: START_MS + fromMs,
      endedAtMs: START_MS + toMs,
      isError: false,
      attributes: {},
      ...more,
    });
    return spanId;
  }
}

/** The spans of the played job: its steps that have ended, a build, and some 60 of a test run in which one test fails. */
export function playedSpans(): LiveSpan[] {
  return [...stepSpans(), ...buildSpans(), ...bakeSpans(), ...testSpans(520_400, 5.4)];
}

function stepSpans(): readonly LiveSpan[] {
  const { traceId } = playedJob();
  const played = new Played(traceId, "github-actions");
  for (const { id, name, startedAtMs, endedAtMs, result } of playedSteps()) {
    if (endedAtMs === undefined) continue;
    const attributes = {
      "cicd.pipeline.task.name": name,
      "cicd.pipeline.task.run.id": id,
      "cicd.pipeline.task.run.result": result ?? "",
      "warp_telemetry.source": "runner",
    };
    const more = { parentSpanId: "4bf92f3577b34da6", isError: result === "failure", attributes };
    played.add(undefined, name, startedAtMs - START_MS, endedAtMs - START_MS, more);
  }
  return played.spans;
}

function buildSpans(): readonly LiveSpan[] {
  const played = new Played(BUILD_TRACE, "vite");
  const root = played.add(undefined, "vite build", 168_200, 519_300, { attributes: { "vite.mode": "production" } });
  played.add(root, "resolve configuration", 168_210, 170_020);
  const transform = played.add(root, "transform 2,140 modules", 170_030, 402_900);
  for (let at = 0; at < 6; at++) {
    played.add(transform, `transform src/${SUITES[at]}`, 170_040 + at * 30_000, 214_000 + at * 36_000);
  }
  const render = played.add(root, "render chunks", 402_910, 498_120);
  played.add(render, "minify main.js", 403_000, 471_600, { attributes: { "file.size": "1843201" } });
  played.add(render, "minify vendor.js", 403_000, 497_900, { attributes: { "file.size": "4120773" } });
  played.add(root, "write dist", 498_130, 519_280);
  return played.spans;
}

/** The root of it has not come. */
function bakeSpans(): readonly LiveSpan[] {
  const played = new Played(BAKE_TRACE, "buildkitd");
  const lost = { parentSpanId: "00f067aa0ba902b7" };
  played.add(undefined, "[build 4/9] COPY . .", 310_000, 322_400, lost);
  const run = played.add(undefined, "[build 6/9] RUN npm run build", 322_500, 655_000, lost);
  played.add(run, "exec /bin/sh -c npm run build", 322_900, 654_800);
  played.add(undefined, "exporting layers", 655_100, 699_000, { ...lost, attributes: { "layer.size": "318767104" } });
  return played.spans;
}

/** One suite after the other, in each its tests, in each requests and queries; the slower, the larger `scale` is. */
function testSpans(fromMs: number, scale: number): readonly LiveSpan[] {
  const random = randomFrom(7);
  const played = new Played(TESTS_TRACE, "vitest");
  const root = played.add(undefined, "vitest run", fromMs, (OOM_AT_S - 1) * 1000, {
    isError: true,
    attributes: { "test.suite.count": "6", "process.command_line": `vitest run --reporter=otel ${HOSTILE}` },
  });
  let atMs = fromMs + 2100;
  for (const suite of SUITES) {
    const length = scale * (6000 + 3000 * random());
    const isBad = suite === "checkout";
    const tests = played.add(root, `tests/${suite}.test.ts`, atMs, atMs + length, { isError: isBad });
    let testMs = atMs + 300;
    for (const name of CASES) {
      const took = ((length - 600) / CASES.length) * (0.5 + 0.5 * random());
      const isFailed = isBad && name === "takes a voucher once";
      const title = isFailed ? FAILED_TEST : `${suite} › ${name}`;
      const test = played.add(tests, title, testMs, testMs + took, {
        isError: isFailed,
        attributes: {
          "test.case.name": title,
          "test.case.result.status": isFailed ? "fail" : "pass",
          ...(isFailed && {
            "otel.status_description": 'AssertionError: expected 402 "Payment Required", received 500',
            "exception.type": "AssertionError",
            "exception.message": `expected 402, received 500\n    at checkout.test.ts:81:7 ${HOSTILE}`,
          }),
        },
      });
      if (isFailed) failedRequest(played, test, testMs, took);
      else if (random() > 0.55) {
        const path = { service: "shop-api", attributes: { "http.request.method": "GET", "url.path": `/${suite}` } };
        played.add(test, `GET /${suite}`, testMs + took * 0.2, testMs + took * 0.7, path);
      }
      testMs += (length - 600) / CASES.length;
    }
    atMs += length + 200;
  }
  return played.spans;
}

function failedRequest(played: Played, test: string, fromMs: number, took: number): void {
  const api = { service: "shop-api", isError: true };
  const status = { "http.request.method": "POST", "url.path": "/orders", "http.response.status_code": "500" };
  const post = played.add(test, "POST /orders", fromMs + took * 0.1, fromMs + took * 0.9, {
    ...api,
    attributes: status,
  });
  played.add(post, "validate the card", fromMs + took * 0.12, fromMs + took * 0.2, { service: "shop-api" });
  const tx = played.add(post, "transaction", fromMs + took * 0.22, fromMs + took * 0.86, api);
  played.add(tx, "SELECT stock", fromMs + took * 0.23, fromMs + took * 0.24, {
    service: "postgres",
    attributes: {
      "db.system.name": "postgresql",
      "db.query.text": "SELECT count FROM stock WHERE sku = $1 FOR UPDATE",
    },
  });
  played.add(tx, FAILED_QUERY, fromMs + took * 0.25, fromMs + took * 0.85, {
    service: "postgres",
    isError: true,
    attributes: {
      "db.system.name": "postgresql",
      "db.query.text": "INSERT INTO orders (cart, card, total) VALUES ($1, $2, $3)",
      "error.type": "57014",
      "otel.status_description": "canceling statement due to statement timeout",
    },
  });
}
