import type { RunData } from "../data/run-data.ts";
import { shown, withoutAnsi } from "../text/ansi.ts";
import { byId, el, onceAFrame, setText } from "./dom.ts";

const LINE_MAX_CHARS = 2000;

/** The collector's state and its last output. */
export function bindCollector(data: RunData): void {
  const facts = byId("collector-facts");
  const output = byId("collector-output");
  const draw = (): void => {
    const collector = data.state?.collector;
    if (collector === undefined) return;
    byId("collector-panel").hidden = data.isReport && collector.state === "";
    const { state, pid, restarts, output: lines } = collector;
    facts.replaceChildren(
      el("span", { class: "badge", attributes: { "data-state": state } }, shown(state)),
      el("span", {}, pid === null ? "no process" : `process ${pid}`),
      el("span", {}, restarts === 1 ? "1 restart" : `${restarts} restarts`),
    );
    output.hidden = lines.length === 0;
    const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
    setText(output, lines.map((line) => shown(withoutAnsi(line.slice(0, LINE_MAX_CHARS)))).join("\n"));
    if (isAtEnd) output.scrollTop = output.scrollHeight;
  };
  data.on(["collector"], onceAFrame(draw));
}
