-- The objects of a fleet as tables, for DuckDB 1.5 and newer:  duckdb -init duckdb.sql
-- Credentials as AWS has them: INSTALL aws; CREATE SECRET (TYPE s3, PROVIDER credential_chain);
SET VARIABLE objects = 's3://telemetry';
-- The days that are looked at: what is before the first * is all that is listed.
SET VARIABLE days = '2026-11-0*';
SET TimeZone = 'UTC';

-- Examples: what your machines are called in the attribute host.type, and what they cost.
CREATE OR REPLACE VIEW machines AS
SELECT * FROM (VALUES
  ('ci-2', 2, 8, 0.008), ('ci-4', 4, 16, 0.016), ('ci-8', 8, 32, 0.032), ('ci-16', 16, 64, 0.064)
) AS _(host_type, vcpus, memory_gib, usd_per_minute);

CREATE OR REPLACE TYPE attributes AS STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR, intValue VARCHAR))[];
CREATE OR REPLACE MACRO approx_percentile(x, p) AS quantile_cont(x, p);
CREATE OR REPLACE MACRO value_of(attributes, name) AS list_filter(attributes, lambda a: a.key = name)[1].value;
CREATE OR REPLACE MACRO text_of(attributes, name) AS coalesce(value_of(attributes, name).stringValue, '');
CREATE OR REPLACE MACRO gib_of(attributes, name) AS value_of(attributes, name).intValue::BIGINT / 1024 ** 3;
CREATE OR REPLACE MACRO time_of(nanos) AS make_timestamp(nanos::BIGINT // 1000)::TIMESTAMPTZ;

-- Whose a line is: the same for all streams.
CREATE OR REPLACE MACRO owner_of(attributes) AS {
  repository: text_of(attributes, 'vcs.owner.name') || '/' || text_of(attributes, 'vcs.repository.name'),
  workflow: text_of(attributes, 'cicd.pipeline.name'),
  job: text_of(attributes, 'cicd.pipeline.task.name'),
  run: text_of(attributes, 'cicd.pipeline.task.run.id'),
  url: text_of(attributes, 'cicd.pipeline.task.run.url.full'),
  host: text_of(attributes, 'host.name'),
  host_type: text_of(attributes, 'host.type')
};
CREATE OR REPLACE MACRO lines(stream, shape) AS TABLE
FROM read_json(getvariable('objects') || '/' || stream || '/date=' || getvariable('days') || '/**/*.' || stream || '.*',
  format = 'newline_delimited', columns = shape, ignore_errors = true, maximum_object_size = 33554432,
  hive_partitioning = true, hive_types = {date: DATE});

-- A row for each job and each of its steps. In all views unnest stands behind SELECT: behind FROM it takes ten times as
-- long, because it is a join there.
CREATE OR REPLACE VIEW spans AS
WITH resources AS (
  SELECT date AS day, unnest(resourceSpans) AS resource
  FROM lines('traces', {resourceSpans: 'STRUCT(resource STRUCT(attributes attributes), scopeSpans STRUCT(spans STRUCT(
    name VARCHAR, spanId VARCHAR, parentSpanId VARCHAR, startTimeUnixNano VARCHAR, endTimeUnixNano VARCHAR,
    attributes attributes)[])[])[]'})
),
scopes AS (
  SELECT day, owner_of(resource.resource.attributes) AS owner, unnest(resource.scopeSpans) AS scope FROM resources
),
records AS (SELECT day, owner, unnest(scope.spans) AS span FROM scopes)
SELECT
  day,
  time_of(span.startTimeUnixNano) AS started_utc,
  unnest(owner),
  span.name AS name,
  span.parentSpanId IS NOT NULL AS is_step,
  text_of(span.attributes, 'cicd.pipeline.task.run.result') AS result,
  (span.endTimeUnixNano::BIGINT - span.startTimeUnixNano::BIGINT) / 1e9 AS duration_s,
  span.spanId AS span_id
FROM records;

-- A row for each event: kills for memory, full disks, spot interruptions and others.
CREATE OR REPLACE VIEW events AS
WITH resources AS (
  SELECT date AS day, unnest(resourceLogs) AS resource
  FROM lines('logs', {resourceLogs: 'STRUCT(resource STRUCT(attributes attributes), scopeLogs STRUCT(scope STRUCT(name
    VARCHAR), logRecords STRUCT(timeUnixNano VARCHAR, eventName VARCHAR, body STRUCT(stringValue VARCHAR),
    spanId VARCHAR, attributes attributes)[])[])[]'})
),
scopes AS (
  SELECT day, owner_of(resource.resource.attributes) AS owner, unnest(resource.scopeLogs) AS scope FROM resources
),
records AS (
  SELECT day, owner, unnest(scope.logRecords) AS record FROM scopes WHERE scope.scope.name = 'warp-telemetry/events'
)
SELECT
  day,
  time_of(record.timeUnixNano) AS time_utc,
  unnest(owner),
  record.eventName AS event,
  record.body.stringValue AS text,
  text_of(record.attributes, 'process.executable.name') AS process,
  gib_of(record.attributes, 'warp_telemetry.oom_kill.anon_rss_bytes') AS process_gib,
  gib_of(record.attributes, 'warp_telemetry.oom_kill.limit_bytes') AS limit_gib,
  text_of(record.attributes, 'warp_telemetry.oom_kill.scope') AS limit_of,
  record.spanId AS span_id
FROM records;

-- A row for each line that a step printed.
CREATE OR REPLACE VIEW output AS
WITH resources AS (
  SELECT date AS day, unnest(resourceLogs) AS resource
  FROM lines('gha-logs', {resourceLogs: 'STRUCT(resource STRUCT(attributes attributes), scopeLogs STRUCT(logRecords
    STRUCT(timeUnixNano VARCHAR, body STRUCT(stringValue VARCHAR), spanId VARCHAR, attributes attributes)[])[])[]'})
),
scopes AS (
  SELECT day, owner_of(resource.resource.attributes) AS owner, unnest(resource.scopeLogs) AS scope FROM resources
),
records AS (SELECT day, owner, unnest(scope.logRecords) AS record FROM scopes)
SELECT
  day,
  time_of(record.timeUnixNano) AS time_utc,
  unnest(owner),
  record.body.stringValue AS text,
  record.spanId AS span_id
FROM records
WHERE text_of(record.attributes, 'cicd.pipeline.task.run.id') <> '';

-- A row for each value that was measured on a host.
CREATE OR REPLACE VIEW samples AS
WITH resources AS (
  SELECT date AS day, unnest(resourceMetrics) AS resource
  FROM lines('metrics', {resourceMetrics: 'STRUCT(resource STRUCT(attributes attributes), scopeMetrics STRUCT(metrics
    STRUCT(name VARCHAR, unit VARCHAR, gauge STRUCT(dataPoints STRUCT(timeUnixNano VARCHAR, asDouble DOUBLE,
    attributes attributes)[]))[])[])[]'})
),
scopes AS (
  SELECT day, owner_of(resource.resource.attributes) AS owner, unnest(resource.scopeMetrics) AS scope FROM resources
),
metrics AS (SELECT day, owner, unnest(scope.metrics) AS metric FROM scopes),
points AS (
  SELECT day, owner, metric.name AS metric, metric.unit AS unit, unnest(metric.gauge.dataPoints) AS point FROM metrics
)
SELECT
  day,
  time_of(point.timeUnixNano) AS time_utc,
  unnest(owner),
  metric,
  unit,
  text_of(point.attributes, 'scope') AS scope,
  text_of(point.attributes, 'stall') AS stall,
  point.asDouble AS value
FROM points;
