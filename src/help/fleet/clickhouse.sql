-- The objects of a fleet as tables, for ClickHouse 26 and newer:  clickhouse client --queries-file clickhouse.sql
-- date=2026-11-0* are the days that are looked at: what is before the first * is all that is listed.
-- The keys of the bucket come from the environment (AWS_ACCESS_KEY_ID ...) or from the role of the machine.
-- On a cluster: s3Cluster('name of the cluster', ...) in place of s3(...), with the same arguments.

-- Examples: what your machines are called in the attribute host.type, and what they cost.
CREATE OR REPLACE VIEW machines AS
SELECT * FROM VALUES('host_type String, vcpus UInt16, memory_gib UInt16, usd_per_minute Float64',
  ('ci-2', 2, 8, 0.008), ('ci-4', 4, 16, 0.016), ('ci-8', 8, 32, 0.032), ('ci-16', 16, 64, 0.064));

CREATE OR REPLACE FUNCTION approx_percentile AS (x, p) -> quantileExactInclusive(p)(x);
CREATE OR REPLACE FUNCTION text_of AS (attributes, name) -> arrayFirst(a -> a.key = name, attributes).value.stringValue;
CREATE OR REPLACE FUNCTION gib_of AS (attributes, name) ->
  arrayFirst(a -> a.key = name, attributes).value.intValue / pow(1024, 3);
CREATE OR REPLACE FUNCTION time_of AS nanos -> fromUnixTimestamp64Nano(toInt64(nanos), 'UTC')::DateTime64(3, 'UTC');

-- Whose a line is: the same for all streams.
CREATE OR REPLACE FUNCTION repository_of AS attributes ->
  text_of(attributes, 'vcs.owner.name') || '/' || text_of(attributes, 'vcs.repository.name');

-- A row for each job and each of its steps.
CREATE OR REPLACE VIEW spans AS
WITH resource.resource.attributes AS of
SELECT
  date AS day,
  time_of(span.startTimeUnixNano) AS started_utc,
  repository_of(of) AS repository,
  text_of(of, 'cicd.pipeline.name') AS workflow,
  text_of(of, 'cicd.pipeline.task.name') AS job,
  text_of(of, 'cicd.pipeline.task.run.id') AS run,
  text_of(of, 'cicd.pipeline.task.run.url.full') AS url,
  text_of(of, 'host.name') AS host,
  text_of(of, 'host.type') AS host_type,
  span.name AS name,
  span.parentSpanId <> '' AS is_step,
  text_of(span.attributes, 'cicd.pipeline.task.run.result') AS result,
  (span.endTimeUnixNano - span.startTimeUnixNano) / 1e9 AS duration_s,
  span.spanId AS span_id
FROM s3('s3://telemetry/traces/date=2026-11-0*/**/*.traces.*', 'JSONEachRow',
  'resourceSpans Array(Tuple(
     resource Tuple(attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))),
     scopeSpans Array(Tuple(spans Array(Tuple(name String, spanId String, parentSpanId String,
       startTimeUnixNano UInt64, endTimeUnixNano UInt64,
       attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))))))))')
  ARRAY JOIN resourceSpans AS resource
  ARRAY JOIN resource.scopeSpans AS scope
  ARRAY JOIN scope.spans AS span
SETTINGS use_hive_partitioning = 1, input_format_allow_errors_num = 1000;

-- A row for each event: kills for memory, full disks, spot interruptions and others.
CREATE OR REPLACE VIEW events AS
WITH resource.resource.attributes AS of
SELECT
  date AS day,
  time_of(record.timeUnixNano) AS time_utc,
  repository_of(of) AS repository,
  text_of(of, 'cicd.pipeline.name') AS workflow,
  text_of(of, 'cicd.pipeline.task.name') AS job,
  text_of(of, 'cicd.pipeline.task.run.id') AS run,
  text_of(of, 'cicd.pipeline.task.run.url.full') AS url,
  text_of(of, 'host.name') AS host,
  text_of(of, 'host.type') AS host_type,
  record.eventName AS event,
  record.body.stringValue AS text,
  text_of(record.attributes, 'process.executable.name') AS process,
  gib_of(record.attributes, 'warp_telemetry.oom_kill.anon_rss_bytes') AS process_gib,
  gib_of(record.attributes, 'warp_telemetry.oom_kill.limit_bytes') AS limit_gib,
  text_of(record.attributes, 'warp_telemetry.oom_kill.scope') AS limit_of,
  record.spanId AS span_id
FROM s3('s3://telemetry/logs/date=2026-11-0*/**/*.logs.*', 'JSONEachRow',
  'resourceLogs Array(Tuple(
     resource Tuple(attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))),
     scopeLogs Array(Tuple(scope Tuple(name String), logRecords Array(Tuple(timeUnixNano UInt64, eventName String,
       body Tuple(stringValue String), spanId String,
       attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))))))))')
  ARRAY JOIN resourceLogs AS resource
  ARRAY JOIN resource.scopeLogs AS scope
  ARRAY JOIN scope.logRecords AS record
WHERE scope.scope.name = 'warp-telemetry/events'
SETTINGS use_hive_partitioning = 1, input_format_allow_errors_num = 1000;

-- A row for each line that a step printed.
CREATE OR REPLACE VIEW output AS
WITH resource.resource.attributes AS of
SELECT
  date AS day,
  time_of(record.timeUnixNano) AS time_utc,
  repository_of(of) AS repository,
  text_of(of, 'cicd.pipeline.name') AS workflow,
  text_of(of, 'cicd.pipeline.task.name') AS job,
  text_of(of, 'cicd.pipeline.task.run.id') AS run,
  text_of(of, 'cicd.pipeline.task.run.url.full') AS url,
  text_of(of, 'host.name') AS host,
  text_of(of, 'host.type') AS host_type,
  record.body.stringValue AS text,
  record.spanId AS span_id
FROM s3('s3://telemetry/gha-logs/date=2026-11-0*/**/*.gha-logs.*', 'JSONEachRow',
  'resourceLogs Array(Tuple(
     resource Tuple(attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))),
     scopeLogs Array(Tuple(logRecords Array(Tuple(timeUnixNano UInt64,
       body Tuple(stringValue String), spanId String,
       attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))))))))')
  ARRAY JOIN resourceLogs AS resource
  ARRAY JOIN resource.scopeLogs AS scope
  ARRAY JOIN scope.logRecords AS record
WHERE text_of(record.attributes, 'cicd.pipeline.task.run.id') <> ''
SETTINGS use_hive_partitioning = 1, input_format_allow_errors_num = 1000;

-- A row for each value that was measured on a host.
CREATE OR REPLACE VIEW samples AS
WITH resource.resource.attributes AS of
SELECT
  date AS day,
  time_of(point.timeUnixNano) AS time_utc,
  repository_of(of) AS repository,
  text_of(of, 'cicd.pipeline.name') AS workflow,
  text_of(of, 'cicd.pipeline.task.name') AS job,
  text_of(of, 'cicd.pipeline.task.run.id') AS run,
  text_of(of, 'cicd.pipeline.task.run.url.full') AS url,
  text_of(of, 'host.name') AS host,
  text_of(of, 'host.type') AS host_type,
  metric.name AS metric,
  metric.unit AS unit,
  text_of(point.attributes, 'scope') AS scope,
  text_of(point.attributes, 'stall') AS stall,
  point.asDouble AS value
FROM s3('s3://telemetry/metrics/date=2026-11-0*/**/*.metrics.*', 'JSONEachRow',
  'resourceMetrics Array(Tuple(
     resource Tuple(attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64)))),
     scopeMetrics Array(Tuple(metrics Array(Tuple(name String, unit String,
       gauge Tuple(dataPoints Array(Tuple(timeUnixNano UInt64, asDouble Float64,
         attributes Array(Tuple(key String, value Tuple(stringValue String, intValue Int64))))))))))))')
  ARRAY JOIN resourceMetrics AS resource
  ARRAY JOIN resource.scopeMetrics AS scope_metrics
  ARRAY JOIN scope_metrics.metrics AS metric
  ARRAY JOIN metric.gauge.dataPoints AS point
SETTINGS use_hive_partitioning = 1, input_format_allow_errors_num = 1000;
