import type { JobFilter } from "../report/found-jobs.ts";
import { type Invocation, valueOf } from "./command.ts";
import type { Flag } from "./flags.ts";
import { MOMENT_WANTED, readMoment } from "./moment.ts";

/** The flags that choose jobs of stored objects. */
const GROUP = "Jobs";
const FROM_FLAG: Flag = momentFlag("from", "only jobs that ran after this time");
const TO_FLAG: Flag = momentFlag("to", "only jobs that ran before this time");
const JOB_FLAG: Flag = {
  name: "job",
  form: "--job <name>",
  takesValue: true,
  description: "only jobs of this name, of this id, or of the run with this id",
  group: GROUP,
};
export const JOB_FILTER_FLAGS: readonly Flag[] = [FROM_FLAG, TO_FLAG, JOB_FLAG];

/** What these flags say. A time that is some time ago counts from `nowMs`. */
export function jobFilter(invocation: Invocation, nowMs: number): JobFilter {
  const [from, to, job] = JOB_FILTER_FLAGS.map((flag) => valueOf(invocation, flag));
  const [fromMs, toMs] = [from, to].map((text) => (text === undefined ? undefined : readMoment(text, nowMs)));
  return {
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(job !== undefined && { job }),
  };
}

function momentFlag(name: string, description: string): Flag {
  return {
    name,
    form: `--${name} <time>`,
    takesValue: true,
    description,
    group: GROUP,
    check: { wanted: MOMENT_WANTED, isRight: (value) => readMoment(value, 0) !== undefined },
  };
}
