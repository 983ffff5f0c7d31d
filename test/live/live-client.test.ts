import { describe, expect, test } from "bun:test";
import { LiveClient, QUEUE_MAX_BYTES } from "../../src/live/live-client.ts";
import { loopTurns } from "../support/turns.ts";

function fixture() {
  const seen = { wholes: 0, gone: 0 };
  const client = new LiveClient({
    maySeeTexts: true,
    whole: () => Buffer.from(`whole ${++seen.wholes}`),
    onGone: () => seen.gone++,
  });
  const reader = client.stream.getReader();
  const read = async (): Promise<string | undefined> => {
    const { value } = await reader.read();
    return value === undefined ? undefined : Buffer.from(value).toString();
  };
  return { client, reader, read, seen };
}

describe("LiveClient", () => {
  test("begins with everything, made when the reader takes it", async () => {
    const { client, read, seen } = fixture();
    client.send(Buffer.from("before: it is in everything"));
    expect(seen.wholes).toBe(0);
    expect(await read()).toBe("whole 1");
    client.send(Buffer.from("a"));
    client.send(Buffer.from("b"));
    expect([await read(), await read()]).toEqual(["a", "b"]);
    expect(client.waitingBytes).toBe(0);
  });

  test("hands on at once to a reader that waits", async () => {
    const { client, read } = fixture();
    await read();
    const next = read();
    await loopTurns();
    client.send(Buffer.from("a"));
    expect([await next, client.waitingBytes]).toEqual(["a", 0]);
  });

  test("gives a reader that is too slow everything anew, and holds no more than it may meanwhile", async () => {
    const { client, read, seen } = fixture();
    await read();
    const chunk = new Uint8Array(QUEUE_MAX_BYTES / 4);
    let most = 0;
    for (let n = 0; n < 100; n++) {
      client.send(chunk);
      most = Math.max(most, client.waitingBytes);
    }
    expect([most, client.waitingBytes]).toEqual([QUEUE_MAX_BYTES, 0]);
    expect(await read()).toBe("whole 2");
    client.send(Buffer.from("newest"));
    expect(await read()).toBe("newest");
    expect(seen.gone).toBe(0);
  });

  test("ends a reader that waits at once, and another when it reads", async () => {
    const [waiting, slow] = [fixture(), fixture()];
    await waiting.read();
    const next = waiting.read();
    await loopTurns();
    slow.client.send(Buffer.from("x"));
    for (const { client } of [waiting, slow]) {
      client.end();
      client.end();
      client.send(Buffer.from("too late"));
    }
    expect([waiting.seen.gone, slow.seen.gone]).toEqual([1, 0]);
    expect(await next).toBeUndefined();
    expect(await slow.read()).toBeUndefined();
    expect([waiting.seen.gone, slow.seen.gone, slow.seen.wholes]).toEqual([1, 1, 0]);
  });

  test("is gone once, however it goes", async () => {
    const { client, reader, read, seen } = fixture();
    await read();
    await reader.cancel();
    client.leave();
    client.end();
    client.send(Buffer.from("nobody"));
    expect([seen.gone, client.waitingBytes]).toEqual([1, 0]);
  });
});
