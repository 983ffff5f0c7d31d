import { expect, test } from "bun:test";
import { ObjectReader, type Place } from "../../src/report/read-objects.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Played, playedJob } from "./played.ts";

const never = new AbortController().signal;

async function firstPlace(reader: ObjectReader): Promise<Place> {
  for await (const place of reader.objects()) return place;
  throw new Error("There is no object");
}

test("a fault of whoever takes the lines is not one of the object", async () => {
  using folder = new TempDir("objects");
  new Played(folder.path).job(playedJob());
  const reader = new ObjectReader([new FolderObjects(folder.path)], {}, never);
  const fault = await reader
    .read(await firstPlace(reader), () => {
      throw new Error("cannot take it");
    })
    .catch(String);
  expect(fault).toBe("Error: cannot take it");
  expect(reader.counts.unreadable).toBe(0);
});
