import { describe, expect, test } from "bun:test";
import { NAMES_OF_TODAY, namesIn, storedUnder, withNames } from "../../src/collector/component-names.ts";

/** As `otelcol components` lists them: 0.132 knows the names of before only, a release in between some of both. */
const OF_0_132 = namesIn(`buildinfo:
    command: otelcol-contrib
    version: 0.132.0
receivers:
    - name: filelog
      module: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver v0.132.0
    - name: hostmetrics
processors:
    - name: cumulativetodelta
    - name: deltatorate
exporters:
    - name: otlphttp
`);
const IN_BETWEEN = namesIn(
  "receivers:\n    - name: file_log\n    - name: hostmetrics\nexporters:\n    - name: otlphttp\n",
);

describe("withNames()", () => {
  test.each([
    ["a block", "receivers:\n  file_log/mine:\n    include: [x]\n", "receivers:\n  filelog/mine:\n    include: [x]\n"],
    ["a list", "      receivers: [file_log/mine, otlp]\n", "      receivers: [filelog/mine, otlp]\n"],
    ["a list without blanks", "exporters: [otlp_http,file]", "exporters: [otlphttp,file]"],
    ["a quoted list", `exporters: ["otlp_http/logs"]`, `exporters: ["otlphttp/logs"]`],
    ["a list in lines", "receivers:\n  - host_metrics\n  - file_log/a", "receivers:\n  - hostmetrics\n  - filelog/a"],
    ["a list in lines with a comment", "exporters:\n  - otlp_http/a # mine", "exporters:\n  - otlphttp/a # mine"],
    ["a list with an anchor", "receivers: &r [file_log/mine]", "receivers: &r [filelog/mine]"],
    ["a comment before a list", "receivers: # ours\n  [file_log/mine]", "receivers: # ours\n  [filelog/mine]"],
    ["a block with an anchor", "  otlp_http/logs: &logs\n", "  otlphttp/logs: &logs\n"],
    [
      "braces",
      "receivers: { file_log/a: {}, host_metrics: { x: 1 } }",
      "receivers: { filelog/a: {}, hostmetrics: { x: 1 } }",
    ],
    [
      "JSON",
      `{"receivers":{"file_log/a":{}},"service":{"pipelines":{"logs":{"receivers":["file_log/a"]}}}}`,
      `{"receivers":{"filelog/a":{}},"service":{"pipelines":{"logs":{"receivers":["filelog/a"]}}}}`,
    ],
    ["an empty block", "  delta_to_rate:\n", "  deltatorate:\n"],
  ])("gives 0.132 its names, and takes them back: %s", (_, now, before) => {
    expect(withNames(now, OF_0_132)).toBe(before);
    expect(withNames(before, NAMES_OF_TODAY)).toBe(now);
    expect(withNames(now, NAMES_OF_TODAY)).toBe(now);
  });

  test.each([
    "    include: [/var/log/filelog/a.log, filelog]\n",
    "    expr: 'body matches \"filelog\"'\n",
    "  my_filelog:\n",
    "  filelogs:\n",
    "    value: filelog\n",
    "    values:\n      - filelog\n",
    "receivers:\n  file_log:\n    include:\n      - filelog\n",
  ])("leaves alone what is no component: %s", (yaml) => {
    expect(withNames(yaml, NAMES_OF_TODAY)).toBe(yaml);
  });

  test.each(["#".repeat(60), "# ".repeat(60), "&a".repeat(60), "&a ".repeat(60)])(
    "looks at each byte once: %s",
    (words) => {
      const yaml = `receivers: ${words}\n  filelog:\n`;
      expect(withNames(yaml, NAMES_OF_TODAY)).toBe(yaml.replace("filelog", "file_log"));
    },
  );

  test("decides type by type", () => {
    expect(withNames("receivers: [filelog, host_metrics]", IN_BETWEEN)).toBe("receivers: [file_log, hostmetrics]");
  });
});

test.each([
  ["exporter_otlphttp_logs_logs", "exporter_otlp_http_logs_logs"],
  ["exporter_otlp_http_logs_logs", "exporter_otlp_http_logs_logs"],
  ["receiver_filelog_syslog", "receiver_filelog_syslog"],
  ["exporter_otlphttps_logs", "exporter_otlphttps_logs"],
  ["tempdb123", "tempdb123"],
])("storedUnder(): %s is %s today", (file, now) => {
  expect(storedUnder(file, NAMES_OF_TODAY)).toBe(now);
});
