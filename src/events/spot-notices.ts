import { askMetadata, jsonOf, member, type MetadataAnswer, type MetadataQuestion } from "./metadata.ts";

export const CLOUDS = ["aws", "gcp", "azure"] as const;
export type Cloud = (typeof CLOUDS)[number];

/** What will be done with the machine. `other`: something that we do not know. */
export type SpotAction = "terminate" | "stop" | "hibernate" | "other";

export interface SpotNotice {
  readonly action: SpotAction;
  /** When, in ISO 8601; undefined where the cloud does not say. */
  readonly at: string | undefined;
}

/** Asks once whether this machine is about to be taken away. Rejects when the service gives no proper answer. */
export type AskForNotice = (abort: AbortSignal) => Promise<SpotNotice | undefined>;

/** Raised when the service answers something else than it should. */
export class MetadataError extends Error {
  override readonly name = "MetadataError";

  constructor(status: number) {
    super(`the metadata service answers ${status}`);
  }
}

/** How to ask the service of `cloud` at `base`, such as `http://169.254.169.254`. What is asked for once is kept. */
export function noticesOf(cloud: Cloud, base: string): AskForNotice {
  const root = base.replace(/\/+$/, "");
  const ask = (question: MetadataQuestion, abort: AbortSignal): Promise<MetadataAnswer> =>
    askMetadata(root, question, abort);
  if (cloud === "aws") return awsNotices(ask);
  return cloud === "gcp" ? gcpNotices(ask) : azureNotices(ask);
}

type Ask = (question: MetadataQuestion, abort: AbortSignal) => Promise<MetadataAnswer>;

/** The longest that AWS takes. */
const AWS_TOKEN_SECONDS = 21_600;
const AWS_TOKEN_QUESTION: MetadataQuestion = {
  method: "PUT",
  path: "/latest/api/token",
  headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(AWS_TOKEN_SECONDS) },
};
const AWS_ACTIONS: ReadonlySet<string> = new Set<SpotAction>(["terminate", "stop", "hibernate"]);

/** IMDSv2: a token first, anew when it is over. 404 is the answer as long as there is no notice. */
function awsNotices(ask: Ask): AskForNotice {
  let token: string | undefined;
  return async (abort) => {
    token ??= whole(await ask(AWS_TOKEN_QUESTION, abort));
    const headers = { "x-aws-ec2-metadata-token": token };
    const answer = await ask({ path: "/latest/meta-data/spot/instance-action", headers }, abort);
    if (answer.status === 404) return undefined;
    if (answer.status === 401) token = undefined;
    const notice = jsonOf(whole(answer));
    return { action: actionOf(member(notice, "action")), at: timeOf(member(notice, "time")) };
  };
}

function actionOf(value: unknown): SpotAction {
  return typeof value === "string" && isAwsAction(value) ? value : "other";
}

function isAwsAction(value: string): value is SpotAction {
  return AWS_ACTIONS.has(value);
}

/** TRUE half a minute before the machine is stopped. */
function gcpNotices(ask: Ask): AskForNotice {
  const question = { path: "/computeMetadata/v1/instance/preempted", headers: { "metadata-flavor": "Google" } };
  return async (abort) => {
    const text = whole(await ask(question, abort))
      .trim()
      .toUpperCase();
    return text === "TRUE" ? { action: "terminate", at: undefined } : undefined;
  };
}

/** The list is of all machines of a group, so only what names this one is meant. */
function azureNotices(ask: Ask): AskForNotice {
  const headers = { metadata: "true" };
  const nameQuestion = { path: "/metadata/instance/compute/name?api-version=2021-02-01&format=text", headers };
  const eventsQuestion = { path: "/metadata/scheduledevents?api-version=2020-07-01", headers };
  let name: string | undefined;
  return async (abort) => {
    name ??= whole(await ask(nameQuestion, abort)).trim();
    const events = member(jsonOf(whole(await ask(eventsQuestion, abort))), "Events");
    if (!Array.isArray(events)) return undefined;
    const mine = events.find((event: unknown) => isPreemptionOf(name, event)) as unknown;
    return mine === undefined ? undefined : { action: "terminate", at: timeOf(member(mine, "NotBefore")) };
  };
}

function isPreemptionOf(name: string | undefined, event: unknown): boolean {
  const resources = member(event, "Resources");
  return member(event, "EventType") === "Preempt" && Array.isArray(resources) && resources.includes(name);
}

function whole({ status, text }: MetadataAnswer): string {
  if (status !== 200) throw new MetadataError(status);
  return text;
}

function timeOf(value: unknown): string | undefined {
  const timeMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString();
}
