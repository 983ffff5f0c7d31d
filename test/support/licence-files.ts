import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package or a module that is inside an executable. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** The licence by its SPDX name, where the component says one. */
  readonly declared?: string;
  /** What its files about licences and notices say. */
  readonly texts: readonly LicenceText[];
}

export interface LicenceText {
  readonly kind: "licence" | "notice";
  readonly text: string;
}

const LICENCE = /^(licen[cs]e|copying|unlicense)([._-].*)?$/i;
const NOTICE = /^notice(\.(txt|md))?$/i;

/** The licence and the notices that lie in the folder of a component. */
export function licenceFiles(folder: string): readonly LicenceText[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ name }): LicenceText[] => {
      const kind = LICENCE.test(name) ? "licence" : NOTICE.test(name) ? "notice" : undefined;
      return kind === undefined ? [] : [{ kind, text: readFileSync(join(folder, name), "utf8").trim() }];
    });
}
