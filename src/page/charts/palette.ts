/** The colours of the theme, for the canvases, which know no custom properties. */
export class Palette {
  readonly #known = new Map<string, string>();

  /** The value of the custom property. */
  colour(name: `--${string}`): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    this.#known.set(name, colour);
    return colour;
  }

  /** The theme has changed. */
  forget(): void {
    this.#known.clear();
  }
}
