/** One heading of results.md: what was done, and its one table. */
export interface Chapter {
  readonly title: string;
  readonly note: string;
  readonly table: string;
}
