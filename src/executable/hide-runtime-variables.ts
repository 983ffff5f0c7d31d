import { STUBS, type Stub } from "./stubs.ts";

/**
 * Beginnings of the variables by which Bun, its JavaScript engine and its allocator let themselves be steered before
 * the first line of ours: run a file (BUN_OPTIONS), open a debugger's port (BUN_INSPECT), print every request with its
 * headers (BUN_CONFIG_VERBOSE_FETCH), write files (BUN_BYTECODE_ORDER_OUT), die at a word that they do not know
 * (BUN_JSC_…). What operators need stays: NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED, the proxies.
 */
export const RUNTIME_PREFIXES = [
  "BUN_",
  "JSC_",
  "MIMALLOC_",
  "WTF_",
  "NODE_CHANNEL_",
  "NODE_DEBUG",
  "NODE_OPTIONS",
  "NODE_UNIQUE_ID",
] as const;

/** Only native add-ons call it, and the agent loads none; so there is room for a stub in it. */
const ROOM = "napi_get_all_property_names";

const LOADED = 1;
const DYNAMIC_SYMBOLS = 11;
const HEADER = { magic: 0x7f454c46, machine: 18, entry: 24, programs: 32, sections: 40, programCount: 56 } as const;
const SECTION_COUNT = 60;
const PROGRAM_BYTES = 56;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;

/**
 * Makes an executable for Linux (ELF, 64 bits) deaf to the variables that begin with {@link RUNTIME_PREFIXES}, in any
 * case: before anything of it runs, a stub of machine code spoils their names in the environment ("BUN!OPTIONS").
 * Changes `file` in place and not its length. Throws when the file has another shape than the one it knows, and when
 * it has been changed already.
 */
export function hideRuntimeVariables(file: Uint8Array): void {
  const elf = new Elf(file);
  const stub = STUBS.get(elf.machine);
  if (stub === undefined) throw cannot(`machine ${elf.machine} in the ELF header, x64 or arm64 wanted`);
  const room = elf.symbol(ROOM);
  if (elf.entry === room.address) throw cannot("the file hides them already");
  const bytes = assemble(stub, room.address, elf.entry);
  if (bytes.length > room.bytes) throw cannot(`${bytes.length} bytes of code, at most ${room.bytes} wanted`);
  file.set(bytes, elf.offsetOf(room.address));
  elf.entry = room.address;
}

function cannot(why: string): Error {
  return new Error(`Cannot hide the variables of the runtime: ${why}`);
}

/** The code, its last instruction a jump to `next`, and the prefixes behind it, as the code wants them. */
function assemble({ code, jump }: Stub, address: number, next: number): Uint8Array {
  // The code sets bit 5 of each character that it compares: that makes a small letter of a capital one.
  const prefixes = RUNTIME_PREFIXES.map((prefix) => `${prefix}\0`).join("");
  const list = Buffer.from(`${prefixes}\0`, "latin1").map((byte) => (byte === 0 ? 0 : byte | 0x20));
  const before = Buffer.from(code.replaceAll(/\s/g, ""), "hex");
  const jumpAddress = address + before.length;
  return Buffer.concat([before, jump(next - jumpAddress), list]);
}

/** What of an ELF file is needed here: its entry, its exported symbols, and where an address lies in the file. */
class Elf {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#view.getUint32(0) !== HEADER.magic) throw cannot("no ELF file");
  }

  get machine(): number {
    return this.#view.getUint16(HEADER.machine, true);
  }

  get entry(): number {
    return this.#word(HEADER.entry);
  }

  set entry(address: number) {
    this.#view.setBigUint64(HEADER.entry, BigInt(address), true);
  }

  offsetOf(address: number): number {
    const count = this.#view.getUint16(HEADER.programCount, true);
    for (let at = this.#word(HEADER.programs), left = count; left > 0; left--, at += PROGRAM_BYTES) {
      const [offset, start, bytes] = [this.#word(at + 8), this.#word(at + 16), this.#word(at + 32)];
      const isHere = this.#view.getUint32(at, true) === LOADED && address >= start && address < start + bytes;
      if (isHere) return address - start + offset;
    }
    throw cannot(`no part of the file is loaded to address ${address}`);
  }

  symbol(name: string): { readonly address: number; readonly bytes: number } {
    const sections = this.#word(HEADER.sections);
    for (let left = this.#view.getUint16(SECTION_COUNT, true), at = sections; left > 0; left--, at += SECTION_BYTES) {
      if (this.#view.getUint32(at + 4, true) !== DYNAMIC_SYMBOLS) continue;
      const names = this.#word(sections + this.#view.getUint32(at + 40, true) * SECTION_BYTES + 24);
      const start = this.#word(at + 24);
      const wanted = Buffer.from(`${name}\0`);
      for (let symbol = start; symbol < start + this.#word(at + 32); symbol += SYMBOL_BYTES) {
        const found = names + this.#view.getUint32(symbol, true);
        if (wanted.equals(this.#bytes.subarray(found, found + wanted.length))) {
          return { address: this.#word(symbol + 8), bytes: this.#word(symbol + 16) };
        }
      }
    }
    throw cannot(`no symbol ${name}, as the runtime of Bun 1.4.5 has it`);
  }

  #word(offset: number): number {
    return Number(this.#view.getBigUint64(offset, true));
  }
}
