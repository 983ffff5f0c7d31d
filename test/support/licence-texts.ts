import type { Component } from "./licence-files.ts";

/** One text of a licence, and who uses it. */
export interface Licence {
  /** `MIT`; `MIT (2)` where another text has the same name. */
  readonly name: string;
  readonly text: string;
  readonly users: readonly User[];
}

export interface User {
  readonly component: Component;
  /** `Copyright (c) 2012 The Go Authors`, as the component has them. */
  readonly copyrights: readonly string[];
}

/** Names a year or authors; the terms themselves speak of copyright, too. */
const COPYRIGHT = /^\W*(?:portions )?(?:copyright|\(c\)|©)(?=.*(?:\d{4}|\bauthors\b)).*$/i;
const TITLE = /^\W*(?:the )?(?:mit|isc|bsd|new bsd|simplified bsd)\b[\w\s.,-]*licen[cs]e\b.{0,20}$/i;
const RIGHTS = /^\W*all rights reserved\W*$/i;
const APACHE_END = "END OF TERMS AND CONDITIONS";
/** What follows the terms of Apache's licence says how to apply it; anything longer is another licence. */
const APACHE_APPENDIX_MAX_CHARS = 2000;

/** How licences are known; the first that fits. */
const KINDS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Apache-2.0", /apache license version 2 0/],
  ["MPL-2.0", /mozilla public license version 2 0/],
  ["MIT", /permission is hereby granted free of charge/],
  ["ISC", /permission to use copy modify and or distribute this software/],
  ["BSD-3-Clause", /redistribution and use in source and binary forms.*(neither the names?|nor the names?)/],
  ["BSD-2-Clause", /redistribution and use in source and binary forms/],
];

/** The licences of all components, each text once, the most used one first. A component without a text is an error. */
export function licencesOf(components: readonly Component[]): readonly Licence[] {
  const parts = components.flatMap((component) =>
    component.texts.flatMap(({ kind, text }) => (kind === "licence" ? [{ component, ...partsOf(text) }] : [])),
  );
  const byText = Map.groupBy(parts, ({ body }) => wordsOf(body));
  const counts = new Map<string, number>();
  const licences = [...byText.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((group): Licence => {
      const text = group[0]?.body ?? "";
      const kind = kindOf(text);
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return { name: count === 1 ? kind : `${kind} (${count})`, text, users: group };
    });
  const silent = components.filter(({ texts }) => texts.every(({ kind }) => kind !== "licence"));
  return licences.map((licence) => ({
    ...licence,
    users: [...licence.users, ...declaring(silent, licence, licences)],
  }));
}

/** Components that say the name of their licence and leave its text out. */
function declaring(silent: readonly Component[], { name }: Licence, licences: readonly Licence[]): readonly User[] {
  const unknown = silent.find(({ declared }) => !licences.some((licence) => licence.name === declared));
  if (unknown !== undefined) throw new Error(`Cannot find the licence of ${unknown.name}: no file, and no known name`);
  return silent.filter(({ declared }) => declared === name).map((component) => ({ component, copyrights: [] }));
}

/** A licence's terms, and the statements about copyright around them. */
function partsOf(text: string): { readonly body: string; readonly copyrights: readonly string[] } {
  const lines = text.replaceAll("\r", "").split("\n");
  const copyrights = lines.filter((line) => COPYRIGHT.test(line)).map((line) => line.trim());
  const first = lines.findIndex(
    (line) => !(isBlank(line) || COPYRIGHT.test(line) || TITLE.test(line) || RIGHTS.test(line)),
  );
  const body = lines.slice(Math.max(0, first)).join("\n").trim();
  const [terms = "", appendix = ""] = body.split(APACHE_END);
  const isApache = kindOf(body) === "Apache-2.0" && appendix.length < APACHE_APPENDIX_MAX_CHARS;
  return { body: isApache ? terms.trim() : body, copyrights };
}

function isBlank(line: string): boolean {
  return /^\W*$/.test(line);
}

function kindOf(text: string): string {
  const words = wordsOf(text);
  return KINDS.find(([, pattern]) => pattern.test(words))?.[0] ?? "Other";
}

/** Two texts with the same words are one. */
function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();
}
