/**
 * The fast codec, in WebAssembly (assembly/, written in AssemblyScript). It is four times as fast as the one in
 * TypeScript, because it looks at sixteen bytes at once and no engine checks its arrays. It judges nothing. A request is
 * plain when its line needs no repair, no note and no error, which is true of what exporters send. All other requests
 * are left to the codec in TypeScript, which begins again.
 */
import { isUtf8 } from "node:buffer";
import { doubleText } from "../double-text.ts";
import { rangeOf } from "../number-form.ts";
import type { Message } from "../schema.ts";

/** Zero bytes that follow the body. No token may hold one, so no token is read beyond the end. */
const PADDING_BYTES = 64;
/** A line is usually one to four times as long as its protobuf. */
const GROWTH_MAX = 5;
const PAGE_BYTES = 64 * 1024;

export interface PlainRequest {
  /** For JSON the body itself, for protobuf a view that the next call overwrites. */
  readonly line: Uint8Array;
  /** Log records, spans or data points. */
  readonly items: number;
  readonly hasTelemetry: boolean;
  /** The highest value of an enum, see ExportRequest. */
  readonly enumMax: number;
}

export class PlainCodec {
  readonly #program: Program;
  readonly #messages = new Map<Message, number>();
  /** Where bodies are put: after the tables of the program. */
  readonly #bodyAt: number;
  /** Room after the limit of a line, for what is written in blocks. */
  readonly #slackBytes: number;
  #bytes: Uint8Array<ArrayBuffer>;

  /**
   * `module` is plain.wasm. The codec has a memory of its own, which grows to at most six times the longest body and
   * never shrinks. Throws when the memory is refused.
   */
  constructor(module: WebAssembly.Module) {
    const text = { writeDoubleAsJavaScript: (value: number, to: number) => this.#writeAscii(doubleText(value), to) };
    const { exports } = new WebAssembly.Instance(module, { text });
    if (!isProgram(exports)) throw new TypeError("Cannot use the plain codec: its exports are not those of its source");
    this.#program = exports;
    this.#bodyAt = exports.TABLES_END.value;
    this.#slackBytes = exports.SLACK_BYTES.value;
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  /** Undefined when `text` is not a plain request of `message`. It is not changed. */
  checkJson(message: Message, text: Uint8Array, nestingMax: number): PlainRequest | undefined {
    if (!isUtf8(text)) return undefined;
    const linked = this.#linked(message);
    if (this.#putBody(text, 0) === undefined) return undefined;
    if (this.#program.checkJson(linked, this.#bodyAt, text.length, nestingMax) === 0) return undefined;
    return this.#request(text);
  }

  /** The line for `body`; undefined when it is not plain, or longer than `lineMaxBytes`. */
  transcode(message: Message, body: Uint8Array, nestingMax: number, lineMaxBytes: number): PlainRequest | undefined {
    const linked = this.#linked(message);
    const roomBytes = Math.min(GROWTH_MAX * body.length + PAGE_BYTES, lineMaxBytes) + this.#slackBytes;
    const lineAt = this.#putBody(body, roomBytes);
    if (lineAt === undefined) return undefined;
    const bodyEnd = this.#bodyAt + body.length;
    const limit = lineAt + roomBytes - this.#slackBytes;
    const lineEnd = this.#program.transcode(linked, this.#bodyAt, bodyEnd, lineAt, limit, nestingMax);
    if (lineEnd === 0) return undefined;
    return this.#request(this.#bytes.subarray(lineAt, lineEnd));
  }

  /** Returns the position after it. */
  #writeAscii(text: string, to: number): number {
    for (let i = 0; i < text.length; i++) this.#bytes[to + i] = text.charCodeAt(i);
    return to + text.length;
  }

  #request(line: Uint8Array): PlainRequest {
    const { items, hasTelemetry, enumMax } = this.#program;
    return { line, items: items.value, hasTelemetry: hasTelemetry.value !== 0, enumMax: enumMax.value };
  }

  /** Puts `body` in place, zero bytes and `roomBytes` after it. Returns where the room begins; undefined: no memory. */
  #putBody(body: Uint8Array, roomBytes: number): number | undefined {
    const end = this.#bodyAt + body.length;
    if (!this.#hasRoom(end + PADDING_BYTES + roomBytes)) return undefined;
    this.#bytes.set(body, this.#bodyAt);
    this.#bytes.fill(0, end, end + PADDING_BYTES);
    return end + PADDING_BYTES;
  }

  #hasRoom(bytes: number): boolean {
    const { memory } = this.#program;
    if (bytes <= this.#bytes.length) return true;
    try {
      memory.grow(Math.ceil((bytes - this.#bytes.length) / PAGE_BYTES));
    } catch {
      return false;
    }
    this.#bytes = new Uint8Array(memory.buffer);
    return true;
  }

  /** The addresses of `message` and of all that it contains in the program's memory. */
  #linked(message: Message): number {
    const known = this.#messages.get(message);
    if (known !== undefined) return known;
    const linker = this.#program;
    const at = linker.addMessage(Number(message.isItem), Number(message.isTelemetry), message.byNumber.length - 1);
    // Registered before its fields are linked, because AnyValue contains itself.
    this.#messages.set(message, at);
    for (const field of message.byNumber) {
      if (field === undefined) continue;
      const held = field.message === undefined ? 0 : this.#linked(field.message);
      const range = rangeOf(field.kind);
      this.#writeAscii(field.name, this.#bodyAt);
      linker.addField(
        at,
        field.number,
        this.#bodyAt,
        field.name.length,
        field.kind,
        Number(field.isRepeated),
        Number(range.least !== "0"),
        field.wireType,
        field.bit,
        field.idBytes,
        BigInt(range.most),
        range.most.length - 1,
        held,
      );
    }
    return at;
  }
}

/** What assembly/index.ts exports; addresses are numbers, booleans 0 or 1. */
interface Program {
  readonly memory: WebAssembly.Memory;
  readonly items: WebAssembly.Global<"i32">;
  readonly hasTelemetry: WebAssembly.Global<"i32">;
  readonly enumMax: WebAssembly.Global<"i32">;
  readonly TABLES_END: WebAssembly.Global<"i32">;
  readonly SLACK_BYTES: WebAssembly.Global<"i32">;
  addMessage(isItem: number, isTelemetry: number, numberMax: number): number;
  addField(...field: (number | bigint)[]): void;
  checkJson(message: number, text: number, bytes: number, nestingMax: number): number;
  transcode(message: number, at: number, end: number, to: number, limit: number, nestingMax: number): number;
}

function isProgram(exports: object): exports is Program {
  const isFunction = (name: string): boolean => typeof Reflect.get(exports, name) === "function";
  const isGlobal = (name: string): boolean => Reflect.get(exports, name) instanceof WebAssembly.Global;
  return (
    "memory" in exports &&
    exports.memory instanceof WebAssembly.Memory &&
    ["items", "hasTelemetry", "enumMax", "TABLES_END", "SLACK_BYTES"].every(isGlobal) &&
    ["addMessage", "addField", "checkJson", "transcode"].every(isFunction)
  );
}
