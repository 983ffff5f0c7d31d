import { Palette } from "./charts/palette.ts";
import { ChartsView } from "./charts/charts-view.ts";
import { embeddedIndex, showReport } from "./data/embedded-source.ts";
import { LiveSource } from "./data/live-source.ts";
import { RunData } from "./data/run-data.ts";
import { TracesView } from "./traces/traces-view.ts";
import { TimeAxis } from "./time/time-axis.ts";
import { followRun } from "./time/follow-run.ts";
import { bindCollector } from "./views/bind-collector.ts";
import { byId } from "./views/dom.ts";
import { bindEvents } from "./views/bind-events.ts";
import { HealthView } from "./views/health-view.ts";
import { LogView } from "./views/log-view.ts";
import { ProcessesView } from "./views/processes-view.ts";
import { bindRangeButtons } from "./views/range-buttons.ts";
import { bindReportHead } from "./views/report-head.ts";
import { bindReportJobs, jobOfAddress } from "./views/report-jobs.ts";
import { Selection } from "./views/selection.ts";
import { bindStreams } from "./views/bind-streams.ts";
import { bindTextsNotice, tokenOfPage } from "./views/texts-notice.ts";
import { bindTheme } from "./views/theme.ts";
import { TimelineView } from "./views/timeline-view.ts";

/** The page: what is drawn from where. A report brings its data along, else the agent is asked. */
const data = new RunData();
const axis = new TimeAxis();
const selection = new Selection();
const palette = new Palette();

followRun(data, axis);
const charts = new ChartsView(data, {
  axis,
  palette,
  marked: () => {
    const { marked } = selection;
    return marked && { minMs: marked.startedAtMs, maxMs: marked.endedAtMs ?? axis.whole.maxMs };
  },
  events: () => data.state?.events ?? [],
});
selection.onStep(charts.redraw);
selection.onSpan(charts.redraw);
bindTheme(byId("theme"), () => {
  palette.forget();
  charts.redraw();
});
new HealthView(data).start();
new TimelineView(data, axis, selection).start();
bindReportHead(data, axis);
bindRangeButtons(data, axis);
bindEvents(data, selection);
new ProcessesView(data, axis).start();
new LogView(data, selection).start();
new TracesView(data, axis, selection).start();
bindStreams(data);
bindCollector(data);
bindTextsNotice(data);

const index = embeddedIndex();
if (index === undefined) new LiveSource(data, tokenOfPage()).start();
else {
  const place = jobOfAddress(index);
  bindReportJobs(index, place);
  showReport(data, place);
}
