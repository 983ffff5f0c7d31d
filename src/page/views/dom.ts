type Child = Node | string | undefined;

interface Properties {
  readonly class?: string;
  /** Attributes. `style` is not among them: the page's policy refuses it. */
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly onClick?: () => void;
}

/** An element. Texts become text nodes, never markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: classes, attributes = {}, onClick }: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (classes !== undefined && classes !== "") element.className = classes;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (onClick !== undefined) element.addEventListener("click", onClick);
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** The element of the document with this `id`. Throws when the page has none: then it is not our page. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot draw the page: no #${id}, the element of that name`);
  return element;
}

/** The `select` of the document with this `id`. Throws when the page has none. */
export function selectById(id: string): HTMLSelectElement {
  const element = byId(id);
  if (!(element instanceof HTMLSelectElement)) throw new Error(`Cannot draw the page: #${id} is no select`);
  return element;
}

/** Sets the text if it is another: a text that stays keeps its selection, and nothing is drawn anew. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A table with its head. Cells that are numbers are given the class `number` by the caller. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Child[])[]): HTMLTableElement {
  const headRow = el("tr", {}, ...head.map((text) => el("th", { attributes: { scope: "col" } }, text)));
  const bodyRows = rows.map(([first, ...rest]) =>
    el("tr", {}, el("th", { attributes: { scope: "row" } }, first), ...rest.map((cell) => el("td", {}, cell))),
  );
  return el(
    "table",
    {},
    el("caption", { class: "visually-hidden" }, caption),
    el("thead", {}, headRow),
    el("tbody", {}, ...bodyRows),
  );
}

/** Runs `draw` in the next frame, once, however often it is called, and not while nobody can see the page. */
export function onceAFrame(draw: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
}
