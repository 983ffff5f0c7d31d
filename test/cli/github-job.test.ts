import { describe, expect, test } from "bun:test";
import { githubJob } from "../../src/cli/github-job.ts";

const PUSH = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "octo/app",
  GITHUB_RUN_ID: "7",
  GITHUB_RUN_ATTEMPT: "2",
  GITHUB_WORKFLOW: "CI",
  GITHUB_JOB: "build",
  GITHUB_SHA: "abc",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REF_NAME: "main",
  GITHUB_HEAD_REF: "",
  RUNNER_NAME: "runner-1",
  GITHUB_TOKEN: "s3cret",
};

describe("githubJob()", () => {
  test("names a push by the semantic conventions, and reads nothing else", () => {
    const job = githubJob(PUSH);
    expect(job).toEqual({
      name: "build",
      attributes: {
        "cicd.pipeline.name": "CI",
        "cicd.pipeline.run.id": "7",
        "warp_telemetry.run.attempt": "2",
        "cicd.pipeline.run.url.full": "https://github.com/octo/app/actions/runs/7/attempts/2",
        "cicd.pipeline.task.name": "build",
        "cicd.worker.name": "runner-1",
        "vcs.provider.name": "github",
        "vcs.owner.name": "octo",
        "vcs.repository.name": "app",
        "vcs.repository.url.full": "https://github.com/octo/app",
        "vcs.ref.head.revision": "abc",
        "vcs.ref.head.name": "main",
        "vcs.ref.head.type": "branch",
      },
    });
    expect(JSON.stringify(job)).not.toContain("s3cret");
  });

  test("names a pull request by its branch and its number, and a tag as one", () => {
    const change = { ...PUSH, GITHUB_REF: "refs/pull/12/merge", GITHUB_REF_NAME: "12/merge", GITHUB_HEAD_REF: "fix" };
    expect(githubJob(change).attributes).toMatchObject({
      "vcs.ref.head.name": "fix",
      "vcs.ref.head.type": "branch",
      "vcs.change.id": "12",
    });
    const tag = { ...PUSH, GITHUB_REF: "refs/tags/v1", GITHUB_REF_NAME: "v1" };
    expect(githubJob(tag).attributes).toMatchObject({ "vcs.ref.head.name": "v1", "vcs.ref.head.type": "tag" });
  });

  test("leaves out what is not there or no address, and keeps credentials of one to itself", () => {
    expect(githubJob({})).toEqual({ name: "job", attributes: {} });
    expect(url("javascript:alert(1)")).toBeUndefined();
    expect(url("")).toBeUndefined();
    expect(url("https://user:s3cret@ghe.example/sub/?token=s3cret#s3cret")).toBe("https://ghe.example/sub/octo/app");
  });

  test("is short enough to be taken, whatever the job has called itself", () => {
    const long = Object.fromEntries(Object.keys(PUSH).map((name) => [name, `${"\u0001".repeat(5000)}\ud800`]));
    const { name, attributes } = githubJob({ ...long, GITHUB_SERVER_URL: "https://github.com" });
    expect(Object.keys(attributes).length).toBeGreaterThan(5);
    expect(Buffer.byteLength(JSON.stringify({ name, attributes }))).toBeLessThan(15 * 1024);
    for (const value of [name, ...Object.values(attributes)]) {
      expect(value.length).toBeLessThanOrEqual(1024);
      expect(value.isWellFormed()).toBe(true);
    }
  });
});

function url(server: string): string | undefined {
  return githubJob({ ...PUSH, GITHUB_SERVER_URL: server }).attributes["vcs.repository.url.full"];
}
