import { expect, setSystemTime, spyOn, test } from "bun:test";
import { UploadRecord } from "../../src/upload/upload-record.ts";

test("UploadRecord tells how long the attempt took that stored an object, not those before", () => {
  let nowMs = 1000;
  const clock = spyOn(performance, "now").mockImplementation(() => nowMs);
  setSystemTime(new Date("2026-11-27T07:25:15Z"));
  try {
    const record = new UploadRecord("logs", "a folder");
    record.onAttempt();
    nowMs += 5000;
    record.onFailure({ kind: "retry", reason: "reset", isOutcomeKnown: true });
    nowMs += 5000;
    record.onAttempt();
    nowMs += 123.4;
    record.onStored({ name: "n", bytes: 5, lines: 2 });
    expect(record.stats()).toMatchObject({
      retries: 1,
      last_object: { name: "n", at: "2026-11-27T07:25:15.000Z", bytes: 5, lines: 2, upload_ms: 123 },
    });
  } finally {
    clock.mockRestore();
    setSystemTime();
  }
});
