-- The objects of a fleet as tables, for Athena (engine 3) and other Trino. Run the statements one by one.
-- Partitions are computed, not listed: a new day needs no ALTER TABLE and no crawler.

CREATE EXTERNAL TABLE traces_lines (
  resourcespans array<struct<
    resource: struct<attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>,
    scopespans: array<struct<spans: array<struct<
      name: string, spanid: string, parentspanid: string, starttimeunixnano: string, endtimeunixnano: string,
      attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>>>>>>
)
PARTITIONED BY (`date` string, `hour` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
LOCATION 's3://telemetry/traces/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd', 'projection.date.range' = '2026-01-01,NOW',
  'projection.hour.type' = 'integer', 'projection.hour.range' = '0,23', 'projection.hour.digits' = '2',
  'storage.location.template' = 's3://telemetry/traces/date=${date}/hour=${hour}/'
);

CREATE EXTERNAL TABLE logs_lines (
  resourcelogs array<struct<
    resource: struct<attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>,
    scopelogs: array<struct<scope: struct<name: string>, logrecords: array<struct<
      timeunixnano: string, eventname: string, body: struct<stringvalue: string>, spanid: string,
      attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>>>>>>
)
PARTITIONED BY (`date` string, `hour` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
LOCATION 's3://telemetry/logs/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd', 'projection.date.range' = '2026-01-01,NOW',
  'projection.hour.type' = 'integer', 'projection.hour.range' = '0,23', 'projection.hour.digits' = '2',
  'storage.location.template' = 's3://telemetry/logs/date=${date}/hour=${hour}/'
);

CREATE EXTERNAL TABLE output_lines (
  resourcelogs array<struct<
    resource: struct<attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>,
    scopelogs: array<struct<scope: struct<name: string>, logrecords: array<struct<
      timeunixnano: string, body: struct<stringvalue: string>, spanid: string,
      attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>>>>>>
)
PARTITIONED BY (`date` string, `hour` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
LOCATION 's3://telemetry/gha-logs/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd', 'projection.date.range' = '2026-01-01,NOW',
  'projection.hour.type' = 'integer', 'projection.hour.range' = '0,23', 'projection.hour.digits' = '2',
  'storage.location.template' = 's3://telemetry/gha-logs/date=${date}/hour=${hour}/'
);

CREATE EXTERNAL TABLE metrics_lines (
  resourcemetrics array<struct<
    resource: struct<attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>,
    scopemetrics: array<struct<metrics: array<struct<name: string, unit: string, gauge: struct<
      datapoints: array<struct<timeunixnano: string, asdouble: double,
        attributes: array<struct<key: string, value: struct<stringvalue: string, intvalue: string>>>>>>>>>>>>
)
PARTITIONED BY (`date` string, `hour` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
LOCATION 's3://telemetry/metrics/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.date.type' = 'date', 'projection.date.format' = 'yyyy-MM-dd', 'projection.date.range' = '2026-01-01,NOW',
  'projection.hour.type' = 'integer', 'projection.hour.range' = '0,23', 'projection.hour.digits' = '2',
  'storage.location.template' = 's3://telemetry/metrics/date=${date}/hour=${hour}/'
);

-- Examples: what your machines are called in the attribute host.type, and what they cost.
CREATE OR REPLACE VIEW machines AS
SELECT * FROM (VALUES
  ('ci-2', 2, 8, 0.008e0), ('ci-4', 4, 16, 0.016e0), ('ci-8', 8, 32, 0.032e0), ('ci-16', 16, 64, 0.064e0)
) AS m (host_type, vcpus, memory_gib, usd_per_minute);

-- A row for each job and each of its steps.
CREATE OR REPLACE VIEW spans AS
SELECT
  CAST("date" AS date) AS day,
  CAST(from_unixtime_nanos(CAST(starttimeunixnano AS bigint)) AT TIME ZONE 'UTC' AS timestamp(3)) AS started_utc,
  element_at(owner, 'vcs.owner.name')[1] || '/' || element_at(owner, 'vcs.repository.name')[1] AS repository,
  element_at(owner, 'cicd.pipeline.name')[1] AS workflow,
  element_at(owner, 'cicd.pipeline.task.name')[1] AS job,
  element_at(owner, 'cicd.pipeline.task.run.id')[1] AS run,
  element_at(owner, 'cicd.pipeline.task.run.url.full')[1] AS url,
  element_at(owner, 'host.name')[1] AS host,
  element_at(owner, 'host.type')[1] AS host_type,
  name,
  parentspanid IS NOT NULL AS is_step,
  element_at(filter(attributes, a -> a.key = 'cicd.pipeline.task.run.result'), 1).value.stringvalue AS result,
  (CAST(endtimeunixnano AS bigint) - CAST(starttimeunixnano AS bigint)) / 1e9 AS duration_s,
  spanid AS span_id
FROM traces_lines
CROSS JOIN UNNEST(resourcespans) AS r (resource, scopespans)
CROSS JOIN UNNEST(ARRAY[
  multimap_from_entries(transform(resource.attributes, a -> ROW(a.key, a.value.stringvalue)))]) AS o (owner)
CROSS JOIN UNNEST(scopespans) AS s (spans)
CROSS JOIN UNNEST(spans) AS p (name, spanid, parentspanid, starttimeunixnano, endtimeunixnano, attributes);

-- A row for each event: kills for memory, full disks, spot interruptions and others.
CREATE OR REPLACE VIEW events AS
SELECT
  CAST("date" AS date) AS day,
  CAST(from_unixtime_nanos(CAST(timeunixnano AS bigint)) AT TIME ZONE 'UTC' AS timestamp(3)) AS time_utc,
  element_at(owner, 'vcs.owner.name')[1] || '/' || element_at(owner, 'vcs.repository.name')[1] AS repository,
  element_at(owner, 'cicd.pipeline.name')[1] AS workflow,
  element_at(owner, 'cicd.pipeline.task.name')[1] AS job,
  element_at(owner, 'cicd.pipeline.task.run.id')[1] AS run,
  element_at(owner, 'cicd.pipeline.task.run.url.full')[1] AS url,
  element_at(owner, 'host.name')[1] AS host,
  element_at(owner, 'host.type')[1] AS host_type,
  eventname AS event,
  body.stringvalue AS text,
  element_at(filter(attributes, a -> a.key = 'process.executable.name'), 1).value.stringvalue AS process,
  CAST(element_at(filter(attributes, a -> a.key = 'warp_telemetry.oom_kill.anon_rss_bytes'), 1).value.intvalue
    AS bigint) / 1073741824e0 AS process_gib,
  CAST(element_at(filter(attributes, a -> a.key = 'warp_telemetry.oom_kill.limit_bytes'), 1).value.intvalue
    AS bigint) / 1073741824e0 AS limit_gib,
  element_at(filter(attributes, a -> a.key = 'warp_telemetry.oom_kill.scope'), 1).value.stringvalue AS limit_of,
  spanid AS span_id
FROM logs_lines
CROSS JOIN UNNEST(resourcelogs) AS r (resource, scopelogs)
CROSS JOIN UNNEST(ARRAY[
  multimap_from_entries(transform(resource.attributes, a -> ROW(a.key, a.value.stringvalue)))]) AS o (owner)
CROSS JOIN UNNEST(scopelogs) AS s (scope, logrecords)
CROSS JOIN UNNEST(logrecords) AS l (timeunixnano, eventname, body, spanid, attributes)
WHERE scope.name = 'warp-telemetry/events';

-- A row for each line that a step printed.
CREATE OR REPLACE VIEW output AS
SELECT
  CAST("date" AS date) AS day,
  CAST(from_unixtime_nanos(CAST(timeunixnano AS bigint)) AT TIME ZONE 'UTC' AS timestamp(3)) AS time_utc,
  element_at(owner, 'vcs.owner.name')[1] || '/' || element_at(owner, 'vcs.repository.name')[1] AS repository,
  element_at(owner, 'cicd.pipeline.name')[1] AS workflow,
  element_at(owner, 'cicd.pipeline.task.name')[1] AS job,
  element_at(owner, 'cicd.pipeline.task.run.id')[1] AS run,
  element_at(owner, 'cicd.pipeline.task.run.url.full')[1] AS url,
  element_at(owner, 'host.name')[1] AS host,
  element_at(owner, 'host.type')[1] AS host_type,
  body.stringvalue AS text,
  spanid AS span_id
FROM output_lines
CROSS JOIN UNNEST(resourcelogs) AS r (resource, scopelogs)
CROSS JOIN UNNEST(ARRAY[
  multimap_from_entries(transform(resource.attributes, a -> ROW(a.key, a.value.stringvalue)))]) AS o (owner)
CROSS JOIN UNNEST(scopelogs) AS s (logrecords)
CROSS JOIN UNNEST(logrecords) AS l (timeunixnano, body, spanid, attributes)
WHERE cardinality(filter(attributes, a -> a.key = 'cicd.pipeline.task.run.id')) > 0;

-- A row for each value that was measured on a host.
CREATE OR REPLACE VIEW samples AS
SELECT
  CAST("date" AS date) AS day,
  CAST(from_unixtime_nanos(CAST(timeunixnano AS bigint)) AT TIME ZONE 'UTC' AS timestamp(3)) AS time_utc,
  element_at(owner, 'vcs.owner.name')[1] || '/' || element_at(owner, 'vcs.repository.name')[1] AS repository,
  element_at(owner, 'cicd.pipeline.name')[1] AS workflow,
  element_at(owner, 'cicd.pipeline.task.name')[1] AS job,
  element_at(owner, 'cicd.pipeline.task.run.id')[1] AS run,
  element_at(owner, 'cicd.pipeline.task.run.url.full')[1] AS url,
  element_at(owner, 'host.name')[1] AS host,
  element_at(owner, 'host.type')[1] AS host_type,
  metric,
  unit,
  element_at(filter(attributes, a -> a.key = 'scope'), 1).value.stringvalue AS scope,
  element_at(filter(attributes, a -> a.key = 'stall'), 1).value.stringvalue AS stall,
  asdouble AS value
FROM metrics_lines
CROSS JOIN UNNEST(resourcemetrics) AS r (resource, scopemetrics)
CROSS JOIN UNNEST(ARRAY[
  multimap_from_entries(transform(resource.attributes, a -> ROW(a.key, a.value.stringvalue)))]) AS o (owner)
CROSS JOIN UNNEST(scopemetrics) AS s (metrics)
CROSS JOIN UNNEST(metrics) AS m (metric, unit, gauge)
CROSS JOIN UNNEST(gauge.datapoints) AS p (timeunixnano, asdouble, attributes);
