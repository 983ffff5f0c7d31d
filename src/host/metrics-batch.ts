import { OWN_SCOPES, type ResourceAttributes } from "../pipeline.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Attributes, Metric } from "./metrics.ts";
import { Series } from "./series.ts";

const COMMA = 0x2c;

const encoder = new TextEncoder();
const TIME = encoder.encode('"timeUnixNano":"');
/** Times are milliseconds; OTLP wants nanoseconds. */
const VALUE = encoder.encode('000000","asDouble":');
const POINT_END = encoder.encode("}");
const GAUGE = '"gauge":{';
const CUMULATIVE_SUM = '"sum":{"aggregationTemporality":2,"isMonotonic":true,';
const METRIC_END = encoder.encode("]}}");
const END = encoder.encode("]}]}]}");

/** The series of a metric, and what of their JSON never changes. */
interface Group {
  readonly head: Uint8Array;
  readonly members: {
    readonly series: Series;
    readonly attributes: Attributes | undefined;
    readonly pointHead: Uint8Array;
  }[];
}

/** Data points on their way into a line: a request to export metrics, in OTLP/JSON. */
export class MetricsBatch {
  readonly #scope: string;
  #head: Uint8Array;
  readonly #groups = new Map<Metric, Group>();
  readonly #writer = new ByteWriter();

  constructor(resource: ResourceAttributes) {
    this.#scope = JSON.stringify({ name: OWN_SCOPES.host, version: resource["telemetry.version"] });
    this.#head = this.#headOf(resource);
  }

  /** Whose the data points are from the next line on. */
  set resource(resource: Attributes) {
    this.#head = this.#headOf(resource);
  }

  /** A new series, whose data points go with the next line. */
  series(metric: Metric, attributes?: Attributes): Series {
    const series = new Series();
    const pointHead = encoder.encode(attributes === undefined ? "{" : `{"attributes":${keyValues(attributes)},`);
    const group = this.#groups.get(metric) ?? { head: headOf(metric), members: [] };
    group.members.push({ series, attributes, pointHead });
    this.#groups.set(metric, group);
    return series;
  }

  /**
   * The value that was measured at `timeMs`, of the first series of a metric that has one, or of those that carry all of
   * `attributes`. NaN where there is none, and after {@link take}.
   */
  valueAt(timeMs: number, metric: Metric, attributes?: Attributes): number {
    const members = this.#groups.get(metric)?.members ?? [];
    for (const { series, attributes: own } of members) {
      if (attributes !== undefined && !carries(own, attributes)) continue;
      const last = series.length - 1;
      if (last >= 0 && series.timeMs(last) === timeMs) return series.value(last);
    }
    return Number.NaN;
  }

  /** Data points that the next line will have. */
  get size(): number {
    let size = 0;
    for (const { members } of this.#groups.values()) size += pointsOf(members);
    return size;
  }

  /**
   * The line with all data points, without its line end, valid until the next call; at least one there must be. All
   * series are empty afterwards.
   */
  take(): Uint8Array {
    this.#writer.bytes(this.#head);
    let isFirst = true;
    for (const { head, members } of this.#groups.values()) {
      if (pointsOf(members) === 0) continue;
      if (!isFirst) this.#writer.byte(COMMA);
      isFirst = false;
      this.#writer.bytes(head);
      this.#writePoints(members);
      this.#writer.bytes(METRIC_END);
    }
    this.#writer.bytes(END);
    return this.#writer.take();
  }

  #headOf(resource: Attributes): Uint8Array {
    const attributes = keyValues(resource);
    return encoder.encode(
      `{"resourceMetrics":[{"resource":{"attributes":${attributes}},"scopeMetrics":[{"scope":${this.#scope},"metrics":[`,
    );
  }

  #writePoints(members: Group["members"]): void {
    let isFirst = true;
    for (const { series, pointHead } of members) {
      for (let index = 0; index < series.length; index++) {
        if (!isFirst) this.#writer.byte(COMMA);
        isFirst = false;
        this.#writer.bytes(pointHead);
        this.#writer.bytes(TIME);
        this.#writer.integer(series.timeMs(index));
        this.#writer.bytes(VALUE);
        this.#writer.decimal(series.value(index));
        this.#writer.bytes(POINT_END);
      }
      series.clear();
    }
    for (let index = members.length - 1; index >= 0; index--) {
      if (members[index]?.series.hasEnded === true) members.splice(index, 1);
    }
  }
}

function headOf({ name, unit, description, isCounter }: Metric): Uint8Array {
  const kind = isCounter === true ? CUMULATIVE_SUM : GAUGE;
  return encoder.encode(`${JSON.stringify({ name, description, unit }).slice(0, -1)},${kind}"dataPoints":[`);
}

function pointsOf(members: Group["members"]): number {
  let points = 0;
  for (const { series } of members) points += series.length;
  return points;
}

/** A list of OTLP/JSON's `KeyValue`. */
function keyValues(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })));
}

function carries(own: Attributes | undefined, wanted: Attributes): boolean {
  for (const name in wanted) if (own?.[name] !== wanted[name]) return false;
  return true;
}
