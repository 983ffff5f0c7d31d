import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { TempDir } from "../support/temp-dir.ts";
import { cli } from "./context.ts";

test("version prints the version alone and ends with 0", async () => {
  expect(await cli(["version"])).toEqual({ code: 0, out: "0.0.0-dev\n", err: "" });
  expect(await cli(["--version"])).toEqual({ code: 0, out: "0.0.0-dev\n", err: "" });
});

test("--help goes to standard output and ends with 0", async () => {
  const { code, out, err } = await cli(["--help"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toStartWith("Usage: warp-telemetry");
});

test("a usage error goes to standard error and ends with 2", async () => {
  const { code, out, err } = await cli(["--prot", "1"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("(Did you mean --port?)");
});

test("validate prints the configuration and its oddities, ends with 0", async () => {
  const { code, out, err } = await cli(["validate", "--no-collector", "--host", "0.0.0.0"], {
    workingDirectory: "/srv",
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^telemetry\.host +0\.0\.0\.0 +flag --host$/m);
  expect(out).toMatch(/^objects go to +\/srv\/warp-telemetry-data\/objects$/m);
  expect(err).toBe(
    "Warning: telemetry.host is no loopback address, others can write to this machine's telemetry (host: 0.0.0.0)\n",
  );
});

test("validate ends with 2 at a wrong value and at a settings file that is not there", async () => {
  expect((await cli(["validate", "--port", "x"])).code).toBe(2);
  const missing = await cli(["validate", "--settings", "no.json"], { workingDirectory: "/nowhere" });
  expect(missing).toEqual({
    code: 2,
    out: "",
    err: "Cannot use settings from settings file /nowhere/no.json: no such file, wanted a file that exists\n",
  });
});

test("WARP_TELEMETRY_SETTINGS names the settings file, --settings wins over it", async () => {
  using directory = new TempDir("cli");
  for (const port of [1, 2]) {
    writeFileSync(directory.file(`${port}.json`), JSON.stringify({ telemetry: { port } }));
  }
  const given = { workingDirectory: directory.path, variables: { WARP_TELEMETRY_SETTINGS: "1.json" } };
  expect((await cli(["validate"], given)).out).toMatch(/^telemetry\.port +1 /m);
  expect((await cli(["validate", "--settings", "2.json"], given)).out).toMatch(/^telemetry\.port +2 /m);
});

test("validate does not wait for a settings file that is no JSON", async () => {
  using directory = new TempDir("cli");
  writeFileSync(directory.file("broken.json"), '{"telemetry": {"port": ');
  const { code, err } = await cli(["validate", "--settings", "broken.json"], { workingDirectory: directory.path });
  expect(code).toBe(2);
  expect(err).toContain("incomplete JSON");
});
