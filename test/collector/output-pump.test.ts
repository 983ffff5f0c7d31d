import { expect, test } from "bun:test";
import { OutputPump } from "../../src/collector/output-pump.ts";
import { TestClock } from "../support/test-clock.ts";
import { loopTurns } from "../support/turns.ts";

/** A pump on a stream that gives `chunks`, of so many bytes each, and then `ends` or goes on. */
function pumping(chunks: readonly number[], ends = false) {
  const clock = new TestClock();
  const read: number[] = [];
  const waiting = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const bytes = waiting.shift();
      if (bytes !== undefined) return controller.enqueue(new Uint8Array(bytes));
      if (ends) controller.close();
      else return new Promise(() => {});
    },
  });
  const pump = new OutputPump(stream, (chunk) => read.push(chunk.length), clock);
  return { pump, clock, read };
}

test("OutputPump reads a megabyte a second of a flood", async () => {
  const { clock, read } = pumping(Array<number>(100).fill(64 * 1024));
  await loopTurns(20);
  expect(read).toHaveLength(1);
  for (let n = 0; n < 16; n++) {
    clock.pass(1000 / 16);
    await loopTurns(2);
  }
  expect(read).toHaveLength(17);
});

test("OutputPump reads what an ordinary log writes at once", async () => {
  const { clock, read } = pumping(Array<number>(100).fill(4096));
  await loopTurns(200);
  expect([read.length, clock.timers]).toEqual([100, 0]);
});

test("OutputPump reads the rest at once when it is told to hurry", async () => {
  const { pump, clock, read } = pumping(Array<number>(10).fill(64 * 1024), true);
  await loopTurns(20);
  pump.hurry();
  await pump.done;
  expect([read.length, clock.timers]).toEqual([10, 0]);
});

test("OutputPump ends when it is cancelled", async () => {
  const { pump, read } = pumping([10]);
  await loopTurns(20);
  pump.cancel();
  await pump.done;
  expect(read).toEqual([10]);
});
