import { afterEach, expect, test } from "bun:test";
import { Sources } from "../../src/host/sources.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";

afterEach(releaseLog);

function fail(): never {
  throw new Error("ENOENT: no such file");
}

test("Sources.attempt() counts what fails, and tells when it begins and when it is over", () => {
  const log = captureLog();
  const sources = new Sources();
  sources.attempt("memory", () => {});
  sources.attempt("cpu", fail);
  sources.attempt("cpu", fail);
  sources.attempt("memory", () => {});
  expect(sources.errors()).toEqual({ cpu: 2 });
  sources.attempt("cpu", () => {});
  sources.attempt("cpu", () => {});
  expect(sources.errors()).toEqual({ cpu: 2 });
  expect(log).toEqual([
    'WARN  host: Cannot measure the CPU reason="ENOENT: no such file"',
    "INFO  host: Measuring the CPU again",
  ]);
});

test("Sources.health() is degraded while something fails, and says what to do", () => {
  const sources = new Sources();
  expect(sources.health()).toEqual({ status: "healthy" });
  sources.attempt("mounts", fail);
  expect(sources.health()).toMatchObject({
    status: "degraded",
    reason: "Cannot measure the file systems: ENOENT: no such file",
    remedy: expect.stringContaining("ProcSubset=all"),
  });
  sources.attempt("mounts", () => {});
  expect(sources.health()).toEqual({ status: "healthy" });
});
