import { expect, test } from "bun:test";
import { Home } from "../../src/home/home.ts";
import { lockHolder } from "../../src/home/lock-holder.ts";
import { TempDir } from "../support/temp-dir.ts";

test.skipIf(process.platform !== "linux")(
  "lockHolder() knows who holds a home, that nobody does, and that there is none",
  () => {
    using directory = new TempDir();
    expect(lockHolder(directory.path)).toEqual({ kind: "unknown" });
    const home = new Home(directory.path);
    expect(lockHolder(directory.path)).toEqual({ kind: "held", pid: process.pid });
    home.release();
    expect(lockHolder(directory.path)).toEqual({ kind: "free" });
  },
);
