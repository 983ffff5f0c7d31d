import type { LiveHealth } from "../../live/live-data.ts";
import type { RunData } from "../data/run-data.ts";
import { shown } from "../text/ansi.ts";
import { clockText, durationText } from "../../lib/quantities.ts";
import { byId, el, onceAFrame, setText } from "./dom.ts";

const WORDS = { healthy: "Healthy", degraded: "Degraded", unhealthy: "Unhealthy" } as const;
const TITLE = "warp-telemetry";
const SIGNS = { healthy: "✓", degraded: "!", unhealthy: "✗" } as const;

/** Is it healthy, or why not and what to do. And whether what is seen is of now. */
export class HealthView {
  readonly #data: RunData;
  readonly #status = byId("health-status");
  readonly #about = byId("health-about");
  readonly #problems = byId("health-problems");
  readonly #connection = byId("connection");
  readonly #lost = byId("connection-lost");

  constructor(data: RunData) {
    this.#data = data;
  }

  /** Draws, now and after each change. */
  start(): void {
    this.#data.on(
      ["health", "connection", "destination"],
      onceAFrame(() => this.#draw()),
    );
    this.#draw();
  }

  #draw(): void {
    this.#drawConnection();
    const { state } = this.#data;
    const section = byId("health");
    // How the agent is now, a report does not know.
    section.dataset["status"] = (this.#data.isReport ? undefined : state?.health.status) ?? "unknown";
    if (state === undefined) return;
    const { health, version, startedAtMs, nowMs, destination } = state;
    this.#drawProblems(health);
    if (this.#data.isReport) return;
    const sign = el(
      "span",
      { class: "health-sign", attributes: { "aria-hidden": "true" } },
      SIGNS[health.status] ?? "?",
    );
    const word = WORDS[health.status] ?? shown(health.status);
    document.title = health.status === "healthy" ? TITLE : `${word} · ${TITLE}`;
    if (this.#status.textContent !== `${sign.textContent}${word}`) this.#status.replaceChildren(sign, word);
    setText(
      this.#about,
      `version ${version} · up since ${clockText(startedAtMs)} (${durationText(nowMs - startedAtMs)}) · ${
        destination === null ? "delivers nowhere" : `delivers to ${shown(destination)}`
      }`,
    );
  }

  #drawProblems(health: LiveHealth): void {
    this.#problems.replaceChildren(
      ...health.problems.map(({ part, reason, remedy }) =>
        el(
          "li",
          {},
          el("strong", {}, shown(part)),
          el("span", { class: "reason" }, shown(reason)),
          remedy === undefined ? undefined : el("span", { class: "remedy" }, shown(remedy)),
        ),
      ),
    );
  }

  #drawConnection(): void {
    const { connection } = this.#data;
    const words = {
      connecting: "connecting …",
      live: "live",
      fixed: "report",
      asleep: "paused: the tab was hidden",
      lost: "not connected",
      refused: "refused",
    } as const;
    this.#connection.dataset["kind"] = connection.kind;
    setText(this.#connection, words[connection.kind]);
    this.#lost.hidden = connection.kind !== "lost";
    if (connection.kind !== "lost") return;
    const text = `The agent does not answer since ${clockText(connection.sinceMs)}. ${
      this.#data.state === undefined ? "" : "What you see is from before. "
    }The page tries again by itself. On the machine, "warp-telemetry status" says whether it runs.`;
    setText(this.#lost, text);
  }
}
