import type { Size } from "./seen.ts";

/** Who is told what happens at the terminal. */
export interface TerminalListener {
  /** Keys, as the terminal sends them. */
  onInput(text: string): void;
  /** What is on the screen is gone, or has another place: after another size, and after the shell had the terminal. */
  onLost(): void;
  /** Nobody is there any more. */
  onEnd(): void;
}

/** The terminal of a person. */
export interface Terminal {
  size(): Size;
  /** Takes the whole screen, and each key as it is pressed. Call it once. */
  enter(listener: TerminalListener): void;
  /** Resolves when the terminal has taken the text, or will take nothing any more. Call it again only then. Never rejects. */
  write(text: string): Promise<void>;
  /** Gives the terminal back to the shell and stops the process, as Ctrl-Z does; after `fg` it is as after {@link enter}. */
  suspend(): void;
  /** Everything is as before {@link enter}: screen, cursor, modes. Never throws. Safe to call twice, and without enter. */
  leave(): void;
}
