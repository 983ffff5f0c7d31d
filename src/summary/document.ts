import { mask } from "../lib/mask.ts";
import { printableStart } from "../lib/printable.ts";

/** Text of a job or of a program: never markup, whatever is in it. Made by {@link foreign} only. */
export interface Foreign {
  readonly foreign: string;
}

/** Our own words, and texts of others in them. */
export type Sentence = readonly (string | Foreign)[];

/** What a summary is made of, before it is Markdown or text. */
export type Block =
  | { readonly kind: "heading" | "paragraph"; readonly text: Sentence }
  | { readonly kind: "list"; readonly items: readonly Sentence[] }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Sentence[])[] }
  | { readonly kind: "charts"; readonly charts: readonly Chart[]; readonly from: string; readonly to: string };

/** A row of block characters, one above the other. */
export interface Chart {
  readonly label: string;
  readonly cells: string;
  readonly note: string;
}

/** A text of others, without secrets and without characters that are not seen; cut at `maxChars`. */
export function foreign(text: string, maxChars: number): Foreign {
  return { foreign: printableStart(mask(text), maxChars) };
}

/** Sentences of ours only. */
export function said(...sentences: readonly string[]): readonly Sentence[] {
  return sentences.map((text) => [text]);
}
