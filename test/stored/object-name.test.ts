import { describe, expect, test } from "bun:test";
import { objectName } from "../../src/ring/object-name.ts";
import { COMPRESSIONS, OBJECT_SUFFIXES, STREAMS } from "../../src/pipeline.ts";
import { readObjectName } from "../../src/stored/object-name.ts";

describe("readObjectName()", () => {
  test.each(STREAMS)("reads what an agent gives to %s", (stream) => {
    const second = 1_764_230_399;
    for (const suffix of OBJECT_SUFFIXES) {
      for (const compression of COMPRESSIONS) {
        expect(readObjectName(objectName(second, stream, { suffix, compression }))).toEqual({
          second,
          stream,
          compression,
        });
      }
    }
  });

  test.each([
    ["20261127-065502.logs.jsonl", "none"],
    ["20261127-065502.logs.log.gz", "gzip"],
    ["20261127-065502.logs.jsonl.zst", "zstd"],
  ] as const)("reads %s", (name, compression) => {
    expect(readObjectName(name)).toMatchObject({ stream: "logs", compression });
  });

  test.each([
    "",
    "20261127-065502.logs",
    "20261127-065502.other.log",
    "20261327-065502.logs.log",
    "20261127-256502.logs.log",
    "20261127-065502.logs.log.bz2",
    "x20261127-065502.logs.log",
    "20261127-065502.logs.log\n",
    ".20261127-065502.logs.log.1234",
  ])("takes %p for the name of something else", (name) => expect(readObjectName(name)).toBeUndefined());
});
