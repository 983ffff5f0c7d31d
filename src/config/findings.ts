import { ConfigError, type ConfigProblem } from "./config-error.ts";
import type { ConfigWarning, GivenValue } from "./places.ts";
import { showValue } from "./show-value.ts";

/** Collects what is wrong or odd about values that concern each other, so that one message names everything. */
export class Findings {
  readonly warnings: ConfigWarning[] = [];
  readonly #problems: ConfigProblem[] = [];
  readonly #given: ReadonlyMap<string, GivenValue>;

  constructor(given: readonly GivenValue[]) {
    this.#given = new Map(given.map((value) => [value.option.key, value]));
  }

  /** The value in force is wrong; `wanted` says what it would have to be. */
  wrong(key: string, wanted: string): void {
    this.#problems.push({ key, place: this.#find(key).place, given: this.show(key), wanted });
  }

  /** A variable that belongs to no option. */
  wrongVariable(name: string, given: string, wanted: string): void {
    this.#problems.push({ key: name, place: "the environment", given, wanted });
  }

  warn(message: string, facts: ConfigWarning["facts"]): void {
    this.warnings.push({ message, facts });
  }

  isDefault(key: string): boolean {
    return this.#find(key).place === "default";
  }

  /** What an option that has a default is without a word about it, as people see it. */
  defaultOf(key: string): string {
    const { option } = this.#find(key);
    return showValue(option, option.default);
  }

  /** True when the value in force is the settings file's. */
  isOfSettingsFile(key: string): boolean {
    return this.#find(key).place.startsWith("settings file ");
  }

  show(key: string): string {
    const { option, value } = this.#find(key);
    return showValue(option, value);
  }

  environmentName(key: string): string {
    return this.#find(key).option.environmentName;
  }

  throwIfWrong(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #find(key: string): GivenValue {
    const given = this.#given.get(key);
    if (given === undefined) throw new Error(`Cannot find option "${key}": no such key in the schema`);
    return given;
  }
}
