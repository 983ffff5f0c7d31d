import type { Key } from "./keys.ts";

/** The parts that can be shown large, in the order of their numbers. */
export const PARTS = ["steps", "machine", "delivery", "log"] as const;
export type Part = (typeof PARTS)[number];

/** Longer ones find nothing. */
const FILTER_MAX_CHARS = 200;
const PAGE_ROWS = 10;

/** What somebody has chosen to see. */
export interface View {
  /** Undefined: a little of everything. */
  readonly large: Part | undefined;
  readonly isPaused: boolean;
  readonly isHelp: boolean;
  /** What the log is filtered by; empty for all. */
  readonly filter: string;
  /** A filter that is being typed. */
  readonly draft: string | undefined;
  /** Rows away from where the part begins by itself: the log at its end, all else at its beginning. */
  readonly scroll: number;
}

export const FIRST_VIEW: View = {
  large: undefined,
  isPaused: false,
  isHelp: false,
  filter: "",
  draft: undefined,
  scroll: 0,
};

/** What a key asks for: another view, or something that is not drawn. */
export type Wish =
  { readonly kind: "view"; readonly view: View } | { readonly kind: "quit" } | { readonly kind: "suspend" };

/** `scrollMax`: how far one could scroll in what was drawn last. */
export function afterKey(view: View, key: Key, scrollMax: number): Wish {
  if (key.kind === "interrupt") return { kind: "quit" };
  if (key.kind === "suspend") return { kind: "suspend" };
  if (view.draft !== undefined) return { kind: "view", view: typed(view, view.draft, key) };
  if (view.isHelp) return { kind: "view", view: { ...view, isHelp: false } };
  if (key.kind === "text" && (key.text === "q" || key.text === "Q")) return { kind: "quit" };
  return {
    kind: "view",
    view: key.kind === "text" ? afterText(view, key.text, scrollMax) : moved(view, key, scrollMax),
  };
}

function afterText(view: View, text: string, scrollMax: number): View {
  const part = PARTS[Number(text) - 1];
  if (part !== undefined) return { ...view, large: view.large === part ? undefined : part, scroll: 0 };
  if (text === "0") return { ...view, large: undefined, scroll: 0 };
  if (text === "p" || text === " ") return { ...view, isPaused: !view.isPaused, ...(view.isPaused && { scroll: 0 }) };
  if (text === "/") return { ...view, draft: view.filter };
  if (text === "?" || text === "h") return { ...view, isHelp: true };
  if (text === "k") return scrolled(view, 1, scrollMax);
  if (text === "j") return scrolled(view, -1, scrollMax);
  return view;
}

function moved(view: View, key: Key, scrollMax: number): View {
  const { kind } = key;
  if (kind === "tab") return { ...view, large: nextPart(view.large, 1), scroll: 0 };
  if (kind === "back-tab") return { ...view, large: nextPart(view.large, -1), scroll: 0 };
  if (kind === "escape") return { ...view, scroll: 0, ...(view.filter === "" ? { large: undefined } : { filter: "" }) };
  return scrolled(view, ROWS_UP.get(kind) ?? 0, scrollMax);
}

/** How far a key goes towards the top of the screen. */
const ROWS_UP: ReadonlyMap<Key["kind"], number> = new Map([
  ["up", 1],
  ["down", -1],
  ["page-up", PAGE_ROWS],
  ["page-down", -PAGE_ROWS],
  ["home", Number.POSITIVE_INFINITY],
  ["end", Number.NEGATIVE_INFINITY],
]);

/** Round the parts, and the overview between the last and the first. */
function nextPart(large: Part | undefined, by: 1 | -1): Part | undefined {
  const places = [undefined, ...PARTS];
  return places[(places.indexOf(large) + by + places.length) % places.length];
}

/**
 * `up`: rows towards the top of the screen. The log begins at its end, so up is away from there; away from its end it
 * stands still, because nobody reads lines that move.
 */
function scrolled(view: View, up: number, scrollMax: number): View {
  const isLog = isLogScrolled(view);
  const scroll = Math.max(0, Math.min(scrollMax, view.scroll + (isLog ? up : -up)));
  return { ...view, scroll, isPaused: view.isPaused || (isLog && scroll > 0) };
}

/** Whether the part that the arrows move is the log. */
function isLogScrolled({ large }: View): boolean {
  return large === undefined || large === "log";
}

function typed(view: View, draft: string, key: Key): View {
  if (key.kind === "text") return { ...view, draft: (draft + key.text).slice(0, FILTER_MAX_CHARS) };
  if (key.kind === "backspace") return { ...view, draft: draft.replace(/.$/su, "") };
  if (key.kind === "enter") return { ...view, draft: undefined, filter: draft, scroll: 0 };
  return key.kind === "escape" ? { ...view, draft: undefined } : view;
}
