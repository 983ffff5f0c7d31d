import { expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";
import { TempDir } from "../support/temp-dir.ts";
import { plainBody, workload } from "./bodies.ts";
import { MARK } from "./marks.ts";
import { readRequests, RequestQueue, writeRequests } from "./request-file.ts";
import { hostMetrics, logs } from "./shapes.ts";

/** The texts of the next `count` requests, the head cut off. */
async function taken(load: ReturnType<typeof workload>, count: number): Promise<Buffer[]> {
  await using directory = await TempDir.create("requests");
  await writeRequests(directory.file("requests"), load);
  const queue = new RequestQueue(await readRequests(directory.file("requests")), 2);
  return Array.from({ length: count }, () => {
    const request = queue.take();
    const copy = Buffer.from(request.bytes);
    queue.putBack(request);
    return copy.subarray(copy.indexOf("\r\n\r\n") + 4);
  });
}

/** Without ids and long numbers. */
function blank(text = ""): string {
  return text.replaceAll(/[0-9a-f]{16,}|\d[\d.]{7,}/g, "#");
}

for (const shape of [logs(3, 1000), logs(3, 200), hostMetrics()]) {
  for (const encoding of ["json", "protobuf"] as const) {
    test(`${shape.name}, ${encoding}: every request is another, of the same length, and one that exporters send`, async () => {
      const bodies = await taken(workload(shape, encoding, false, 4), 200);
      expect(new Set(bodies.map((body) => body.toString("latin1"))).size).toBe(200);
      const type = REQUEST_TYPES[shape.signal];
      const template = plainBody(shape, encoding, 3);
      const body = bodies[199] ?? Buffer.alloc(0);
      expect(body.length).toBe(template.length);
      const [json, before] = [body, template].map((bytes) =>
        JSON.stringify(encoding === "json" ? JSON.parse(Buffer.from(bytes).toString()) : otlpJson(type, bytes)),
      );
      for (const mark of [MARK.traceId.toString("hex"), MARK.spanId.toString("hex"), MARK.unixNano, MARK.count]) {
        expect(json).not.toContain(mark);
      }
      // All but the marks is as it was.
      expect(blank(json)).toBe(blank(before));
    });
  }
}

test("compressed bodies differ, and are sent as they are", async () => {
  const bodies = await taken(workload(logs(2, 1000), "json", true, 4), 8);
  const texts = bodies.map((body) => gunzipSync(body).toString());
  expect(new Set(texts).size).toBe(4);
  expect(texts.slice(4)).toEqual(texts.slice(0, 4));
  expect(texts.join()).not.toContain(MARK.count);
});

test("a request that is being written is not taken", async () => {
  await using directory = await TempDir.create("requests");
  await writeRequests(directory.file("requests"), workload(logs(1, 200), "json", false, 3));
  const requests = await readRequests(directory.file("requests"));
  const queue = new RequestQueue(requests, 3);
  const first = queue.take();
  const others = [queue.take(), queue.take()];
  for (const request of others) queue.putBack(request);
  expect([queue.take(), queue.take()]).not.toContain(first);
  expect(() => new RequestQueue(requests, 4)).toThrow("3 bodies, at least 4 wanted");
});
