import type { TimeAxis } from "../time/time-axis.ts";

/** The cursor and the zoom for who has no mouse: arrows, `+`, `-`, `0` and Escape, while `element` has the focus. */
export function bindKeys(element: HTMLElement, axis: TimeAxis, stepMs: () => number): void {
  const move = (byMs: number): void => {
    const { minMs, maxMs } = axis.range;
    axis.setCursor(Math.min(maxMs, Math.max(minMs, (axis.cursorMs ?? maxMs) + byMs)));
  };
  const actions: Readonly<Record<string, (isFar: boolean) => void>> = {
    ArrowLeft: (isFar) => move(-stepMs() * (isFar ? 30 : 1)),
    ArrowRight: (isFar) => move(stepMs() * (isFar ? 30 : 1)),
    "+": () => axis.zoomBy(0.5),
    "=": () => axis.zoomBy(0.5),
    "-": () => axis.zoomBy(2),
    "0": () => axis.reset(),
    Escape: () => axis.setCursor(undefined),
  };
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action(event.shiftKey);
  });
}
