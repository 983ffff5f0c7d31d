import { randomHex } from "../lib/random-hex.ts";
import type { Attributes } from "../job-pipeline.ts";
import { appendToFile } from "./append-file.ts";
import type { CliContext } from "./context.ts";

const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const DELIMITER_BYTES = 16;

/** What the job's own senders are told. */
export interface OtelExport {
  /** Where the agent listens. */
  readonly url: string;
  /** As somebody answered it: used only when it is one. */
  readonly traceparent: unknown;
  readonly attributes: Attributes;
  /** As somebody answered it: the names of variables that the workflow sets, which the runner shows to no hook. */
  readonly workflowVariables: unknown;
}

/**
 * The variables with which a job's own SDKs send to the agent and join its trace. What the environment or the workflow
 * has already is kept: an endpoint with its protocol; and with a protocol that the agent may not speak, no endpoint is
 * set. None where the steps run in containers, which do not reach the agent's address.
 */
export function otelVariables(
  { url, traceparent, attributes, workflowVariables }: OtelExport,
  variables: CliContext["variables"],
): ReadonlyMap<string, string> {
  const ofWorkflow: readonly unknown[] = Array.isArray(workflowVariables) ? workflowVariables : [];
  const isSet = (name: string): boolean => (variables[name] ?? "") !== "" || ofWorkflow.includes(name);
  const all = new Map<string, string>();
  if (isSet("ACTIONS_RUNNER_CONTAINER_HOOKS") || variables["ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER"] === "true") {
    return all;
  }
  const knownProtocol = ofWorkflow.includes(PROTOCOL) ? undefined : variables[PROTOCOL];
  const isHttp = !isSet(PROTOCOL) || knownProtocol?.startsWith("http/") === true;
  if (!isSet(ENDPOINT) && isHttp) {
    all.set(ENDPOINT, url);
    all.set(PROTOCOL, "http/protobuf");
  }
  if (typeof traceparent === "string" && TRACEPARENT.test(traceparent)) all.set("TRACEPARENT", traceparent);
  // As the specification has it: the form of W3C Baggage.
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (pairs.length > 0) all.set("OTEL_RESOURCE_ATTRIBUTES", pairs.join(","));
  return new Map([...all].filter(([name]) => !isSet(name)));
}

/**
 * Adds variables to the file that the runner reads after a hook, in the form that holds any text. Makes no file, follows
 * no link. Throws the system's error.
 */
export function appendVariables(file: string, all: ReadonlyMap<string, string>): void {
  appendToFile(file, "GITHUB_ENV", heredocs(all));
}

/** Nobody can know the delimiter, so no value can end with it. */
function heredocs(all: ReadonlyMap<string, string>): string {
  const delimiter = `ghadelimiter_${randomHex(DELIMITER_BYTES)}`;
  return [...all].map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`).join("");
}
