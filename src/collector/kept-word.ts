import { closeSync, ftruncateSync, readFileSync, writeSync } from "node:fs";
import { errorText } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { FOLDER } from "./collector-folder.ts";
import { randomHex } from "../lib/random-hex.ts";

const FILE = "mark-word";
const WORD_BYTES = 16;
const WORD = /^[0-9a-f]{32}$/;

/** A random word that is the same in every run with this home, in the collector's folder; a new one where it cannot be kept. */
export function keptWord(home: HeldFolder): string {
  const fresh = randomHex(WORD_BYTES);
  try {
    const folder = home.folder(FOLDER);
    try {
      const fd = folder.openOrMakeFile(FILE);
      try {
        const kept = readFileSync(fd, "utf8");
        if (WORD.test(kept)) return kept;
        ftruncateSync(fd);
        writeSync(fd, fresh, 0);
      } finally {
        closeSync(fd);
      }
    } finally {
      folder.close();
    }
  } catch (error) {
    logOf("collector").debug("Cannot keep the word of the marks", { error: errorText(error) });
  }
  return fresh;
}
