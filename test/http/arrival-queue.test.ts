import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Arrival } from "../../src/http/arrival.ts";
import { ArrivalQueue } from "../../src/http/arrival-queue.ts";

function arrivalOf(length: number): Arrival {
  const nowhere = { queue: undefined, before: undefined, after: undefined, place: undefined };
  return { isOwn: false, length, onCut: () => {}, heldBytes: 0, stepBytes: 0, movedAtMs: 0, ...nowhere };
}

test("ArrivalQueue holds what a Set would, in its order", () => {
  const steps = fc.array(fc.nat(7), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (places) => {
      const arrivals = Array.from({ length: 8 }, (_, n) => arrivalOf(n));
      const [queue, set] = [new ArrivalQueue(), new Set<Arrival>()];
      for (const arrival of places.flatMap((place) => arrivals[place] ?? [])) {
        if (set.delete(arrival)) {
          queue.delete(arrival);
          expect([arrival.queue, arrival.before, arrival.after]).toEqual([undefined, undefined, undefined]);
        } else {
          set.add(arrival);
          queue.add(arrival);
          expect(arrival.queue).toBe(queue);
        }
        const lengths = [...set].map(({ length }) => length);
        expect([...queue].map(({ length }) => length)).toEqual(lengths);
        expect([queue.size, queue.first?.length]).toEqual([set.size, lengths[0]]);
      }
    }),
  );
});
