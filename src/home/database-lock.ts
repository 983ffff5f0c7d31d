import { Database } from "bun:sqlite";

/**
 * The lock for systems without flock (Windows, musl): a database that is held open in an exclusive transaction.
 * Returns the function that drops it, or undefined when another process holds it.
 */
export function lockByDatabase(file: string): (() => void) | undefined {
  const database = new Database(file, { create: true });
  try {
    database.run("PRAGMA locking_mode = EXCLUSIVE");
    database.run("BEGIN EXCLUSIVE");
  } catch {
    database.close();
    return undefined;
  }
  return () => database.close();
}
