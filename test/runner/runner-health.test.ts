import { describe, expect, test } from "bun:test";
import { RefusedError, Refusals, REFUSALS } from "../../src/runner/refusals.ts";
import { runnerHealth } from "../../src/runner/runner-health.ts";

const FOLDER = "/runner/_diag";

describe("runnerHealth()", () => {
  test("is healthy when nothing is refused, and when there is no folder", () => {
    const absent = new RefusedError("absent", "not there");
    expect(runnerHealth([], undefined)).toEqual({ status: "healthy" });
    expect(runnerHealth([{ folder: FOLDER, rootRefusal: absent, refusals: new Refusals() }], undefined)).toEqual({
      status: "healthy",
    });
  });

  test.each(REFUSALS)("has a count and a remedy for %s, and no name that a job chose", (kind) => {
    const refusals = new Refusals();
    refusals.add(kind, "<script>", 3);
    const health = runnerHealth([{ folder: FOLDER, refusals }], undefined);
    expect(health).toEqual({
      status: "degraded",
      reason: expect.stringContaining(`"${FOLDER}" is read: 3 `),
      remedy: expect.any(String),
    });
    expect(JSON.stringify(health)).not.toContain("script");
  });

  test("shows why the folder itself cannot be read, with its own remedy", () => {
    const rootRefusal = new RefusedError("link", "it is a link", "name the folder");
    expect(runnerHealth([{ folder: FOLDER, rootRefusal, refusals: new Refusals() }], undefined)).toEqual({
      status: "degraded",
      reason: "it is a link",
      remedy: "To read it: name the folder",
    });
  });

  test("a folder that the settings name should be there, and hold logs", () => {
    const absent = new RefusedError("absent", "not there");
    const source = { folder: FOLDER, isConfigured: true, refusals: new Refusals() };
    const remedy = expect.stringContaining("--collector-diag-glob");
    expect(runnerHealth([{ ...source, rootRefusal: absent }], undefined)).toEqual({
      status: "degraded",
      reason: `No runner log: the settings name the folder "${FOLDER}", which is not there`,
      remedy,
    });
    expect(runnerHealth([{ ...source, isWithoutLogs: true }], undefined)).toEqual({
      status: "degraded",
      reason: `No runner log: nothing in "${FOLDER}" fits the patterns of the settings`,
      remedy,
    });
    expect(runnerHealth([source], undefined)).toEqual({ status: "healthy" });
    const isFound = { ...source, isConfigured: false };
    expect(runnerHealth([{ ...isFound, isWithoutLogs: true }], undefined)).toEqual({ status: "healthy" });
  });

  test("shows that positions cannot be written", () => {
    expect(runnerHealth([], "ENOSPC: no space left on device").reason).toContain("ENOSPC");
  });
});
