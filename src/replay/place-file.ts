import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { systemCode } from "../lib/error-text.ts";
import type { Place } from "./replay.ts";

const Content = Type.Object({
  from: Type.String(),
  to: Type.String(),
  key: Type.String(),
  lines: Type.Integer({ minimum: 0 }),
});

/** Keeps how far a replay is in a file, so that the next one goes on from there. */
export class PlaceFile {
  readonly #path: string;
  readonly #way: { readonly from: string; readonly to: string };

  /** `from` and `to` are what the place belongs to. Touches nothing yet. */
  constructor(path: string, way: { readonly from: string; readonly to: string }) {
    this.#path = path;
    this.#way = way;
  }

  /** Undefined when there is no file yet. Throws for a file that is none of these, or is of another way. */
  read(): Place | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    }
    const content = contentOf(text);
    if (content === undefined)
      throw new Error(`Cannot use "${this.#path}": it is no place of a replay; name another file`);
    const { from, to, key, lines } = content;
    if (from === this.#way.from && to === this.#way.to) return { key, lines };
    throw new Error(`Cannot use "${this.#path}": it is of a replay from ${from} to ${to}; name another file`);
  }

  /** A reader finds the old place or the new one, whole. */
  write({ key, lines }: Place): void {
    const path = `${this.#path}.new`;
    writeFileSync(path, `${JSON.stringify({ ...this.#way, key, lines })}\n`);
    renameSync(path, this.#path);
  }
}

function contentOf(text: string) {
  try {
    const content: unknown = JSON.parse(text);
    return Value.Check(Content, content) ? content : undefined;
  } catch {
    return undefined;
  }
}
