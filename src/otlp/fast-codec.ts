import { errorText } from "../lib/error-text.ts";
import { PlainCodecs } from "./plain/plain-codecs.ts";

/** Which codec looks at a request first: the one in WebAssembly, or, where that cannot be loaded, the other alone. */
export type CodecInUse =
  { readonly name: "wasm"; readonly codecs: PlainCodecs } | { readonly name: "typescript"; readonly reason: string };

let codec: CodecInUse | undefined;

/** Loaded by the first call, some two milliseconds; the same object afterwards. Each thread has its own. */
export function codecInUse(): CodecInUse {
  codec ??= load();
  return codec;
}

function load(): CodecInUse {
  try {
    return { name: "wasm", codecs: new PlainCodecs() };
  } catch (error) {
    return { name: "typescript", reason: errorText(error) };
  }
}
