import { describe, expect, test } from "bun:test";
import { collectorUser } from "../../src/collector/collector-user.ts";
import { groups } from "../../src/lib/accounts.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { needsJob } from "../support/job.ts";

const NOWHERE = { baseDirectory: "/no/such/base" };
const root = needsJob();
const LOG_GIDS = groups()
  .filter(({ name }) => name === "adm" || name === "systemd-journal")
  .map(({ gid }) => gid)
  .toSorted((a, b) => a - b);

describe.skipIf(root.missing)(root.title("collectorUser() as root"), () => {
  test("is a number of its own, the same at each start, another for another base directory", () => {
    const { ids, name } = collectorUser(NOWHERE);
    expect(ids?.uid).toBeWithin(60_706, 61_184);
    expect(ids).toEqual({ uid: ids?.uid ?? 0, gid: ids?.uid ?? 0, groups: LOG_GIDS });
    expect(name).toBe(`uid ${ids?.uid}`);
    expect(collectorUser(NOWHERE).ids).toEqual(ids);
    expect(collectorUser({ ...NOWHERE, baseDirectory: "/another" }).ids?.uid).not.toBe(ids?.uid);
  });

  test("stays the owner of its storage, unless a process has the number", async () => {
    const places = { ...NOWHERE, storageOwner: 61_000 };
    expect(collectorUser(places).ids?.uid).toBe(61_000);
    await using _ = new Child(["setpriv", "--reuid=61000", "--clear-groups", "sleep", "60"]);
    await eventually("a number without that process", () => collectorUser(places).ids?.uid !== 61_000);
  });

  test.each([
    ["nobody", { uid: 65_534, name: "nobody (uid 65534)" }],
    ["65534", { uid: 65_534, name: "nobody (uid 65534)" }],
    ["61001", { uid: 61_001, name: "uid 61001" }],
  ])("is the account %s that is given", (user, expected) => {
    const found = collectorUser({ ...NOWHERE, user });
    expect({ uid: found.ids?.uid, name: found.name }).toEqual({ uid: expected.uid, name: expected.name });
    expect(found.isRequired).toBe(true);
    expect(found.ids?.groups).toEqual(LOG_GIDS);
  });

  test.each(["root", "0"])("is root itself for %p", (user) => {
    expect(collectorUser({ ...NOWHERE, user })).toEqual({ name: "root", isRequired: true });
  });

  test("refuses an account that does not exist", () => {
    expect(() => collectorUser({ ...NOWHERE, user: "no-such-user" })).toThrow("no such account in /etc/passwd");
  });
});
