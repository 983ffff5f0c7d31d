import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { foldersOf, longestFolders, namesAgent, wantedObjectKey } from "../../src/upload/object-key.ts";

const VALUES = { stream: "logs", agent: "runner-7", run: "123" } as const;

describe("wantedObjectKey()", () => {
  test.each([
    "{name}",
    "{stream}/{name}",
    "{stream}/date={date}/hour={hour}/agent={agent}/run={run}/{name}",
    "{shard}/{agent}/{name}",
    "a.b_c=d-e/{name}",
  ])("lets %p pass", (template) => expect(wantedObjectKey(template)).toBeUndefined());

  test.each([
    ["{steam}/{name}", "no {steam}; the variables are {stream} {date} {hour} {agent} {run} {shard} {name}"],
    ["{}/{name}", "no {}; the variables are"],
    ["{constructor}/{name}", "no {constructor};"],
    ["{stream}", "{name} as the last part"],
    ["", "parts that are not empty"],
    ["{name}/{stream}", "{name} as the last part"],
    ["x{name}", "{name} as the last part"],
    ["{name}.gz", "{name} as the last part"],
    ["{name}/{name}", "{name} as the last part, and nowhere else"],
    ["/{name}", "which does not begin with /"],
    ["{stream}//{name}", "parts that are not empty"],
    ["{name}/", "parts that are not empty"],
    ["../{name}", "parts that do not begin with a dot"],
    ["{stream}/./{name}", "parts that do not begin with a dot"],
    [".hidden/{name}", "parts that do not begin with a dot"],
    ["{stream/{name}", "letters, digits and ._=-"],
    ["a b/{name}", "letters, digits and ._=-"],
    ["C:\\x/{name}", "letters, digits and ._=-"],
    [`${"a/".repeat(9)}{name}`, "at most 8 folders"],
    [`${"a".repeat(201)}/{name}`, "parts of at most 200 characters"],
    [`${"{agent}".repeat(4)}/{name}`, "parts of at most 200 characters"],
    [`${"{agent}{agent}{run}/".repeat(3)}{name}`, "folders of at most 512 characters"],
  ])("refuses %p", (template, wanted) => expect(wantedObjectKey(template)).toContain(wanted));
});

describe("foldersOf()", () => {
  test("is nothing for the name alone", () => expect(foldersOf("{name}", VALUES)).toBe(""));

  test("leaves the day and the hour to the name", () => {
    const template = "{stream}/date={date}/{hour}/{agent}/run={run}/{name}";
    expect(foldersOf(template, VALUES)).toBe("logs/date={date}/{hour}/runner-7/run=123");
  });

  test("says none for a run that is not known, and an agent without a name", () => {
    expect(foldersOf("{agent}/{run}/{name}", { ...VALUES, agent: "", run: undefined })).toBe("none/none");
  });

  test("spreads agents over 256 shards, always the same one for an agent", () => {
    const shards = Array.from({ length: 1000 }, (_, n) => foldersOf("{shard}/{name}", { ...VALUES, agent: `r${n}` }));
    expect(shards.every((shard) => /^[\da-f]{2}$/.test(shard))).toBe(true);
    expect(new Set(shards).size).toBeGreaterThan(200);
    expect(foldersOf("{shard}/{name}", VALUES)).toBe("8a");
  });

  test.each([
    ["../../etc", /^-\.-\.\.-etc-[\da-f]{8}$/],
    ["..", /^-\.-[\da-f]{8}$/],
    ["_hidden", /^-hidden-[\da-f]{8}$/],
    ["{date}", /^-date--[\da-f]{8}$/],
    ["a/b", /^a-b-[\da-f]{8}$/],
    ["x".repeat(65), /^x{55}-[\da-f]{8}$/],
  ])("makes a part of the hostile value %p", (run, part) => {
    expect(foldersOf("{run}/{name}", { ...VALUES, run })).toMatch(part);
    expect(foldersOf("{agent}/{name}", { ...VALUES, agent: run })).toMatch(part);
  });

  test("keeps apart what would look the same", () => {
    const folders = ["a:b", "a+b", "a-b"].map((agent) => foldersOf("{agent}/{name}", { ...VALUES, agent }));
    expect(new Set(folders).size).toBe(3);
  });

  test("whatever the values: parts that can stand in a key, no longer than was said", () => {
    const part = fc.constantFrom(
      "{stream}",
      "{date}",
      "{hour}",
      "{agent}",
      "{run}",
      "{shard}",
      "a",
      "x={run}",
      "{agent}.b",
    );
    const text = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), text, text, (parts, agent, run) => {
        const template = [...parts, "{name}"].join("/");
        fc.pre(wantedObjectKey(template) === undefined);
        const folders = foldersOf(template, { stream: "gha-logs", agent, run });
        const named = folders.replaceAll("{date}", "2026-11-22").replaceAll("{hour}", "09");
        expect(named.length).toBeLessThanOrEqual(longestFolders(template));
        expect(named === "" ? [] : named.split("/")).toHaveLength(parts.length);
        expect(named).toMatch(/^$|^(?![._])[A-Za-z0-9._=-]{1,200}(\/(?![._])[A-Za-z0-9._=-]{1,200})*$/);
      }),
    );
  });
});

test("namesAgent()", () => {
  expect(namesAgent("{stream}/{agent}/{name}")).toBe(true);
  expect(namesAgent("{shard}/{name}")).toBe(false);
});
