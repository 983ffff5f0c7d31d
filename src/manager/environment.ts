/** What the manager is told of the process it runs in. */
export interface Environment {
  readonly version: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where the executable lies; the collector may lie beside it. */
  readonly executableDirectory: string;
}
