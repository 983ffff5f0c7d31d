import { Writer } from "protobufjs/minimal.js";
import type { LiveSeries, LiveSpan, LiveStep, SeriesName } from "../live/live-data.ts";
import { SERIES } from "../live/live-data.ts";
import type { ReportJob } from "./job-report.ts";

/** The numbers of the fields that are written, from Perfetto's published `perfetto_trace.proto`. */
const TRACE = { packet: 1 } as const;
const PACKET = { timestamp: 8, sequenceId: 10, trackEvent: 11, trackDescriptor: 60 } as const;
const TRACK = { uuid: 1, name: 2, parentUuid: 5, counter: 8 } as const;
const COUNTER = { unitName: 6 } as const;
const EVENT = { type: 9, trackUuid: 11, categories: 22, name: 23, counterValue: 44 } as const;
const TYPE = { sliceBegin: 1, sliceEnd: 2, instant: 3, counter: 4 } as const;
/** All packets are of one writer. */
const SEQUENCE_ID = 1;
const WIRE = { varint: 0, double: 1, bytes: 2 } as const;
const NS_PER_MS = 1_000_000n;

/** A bar of a track. */
interface Slice {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The report as a trace of Perfetto (TrackEvent): for each job a track with itself, its steps and its spans as slices, events
 * as instants and the series as counters. Its viewer and trace_processor read it. Times are nanoseconds since 1970.
 */
export function* perfettoOf(jobs: readonly ReportJob[]): Generator<Uint8Array> {
  const tracks = new Tracks();
  for (const { host, state, spans } of jobs) {
    const [job] = state.jobs;
    const parent = tracks.next();
    yield descriptor(parent, `${job === undefined ? "" : `${job.name} on `}${host}`);
    if (job !== undefined) yield* lanesOf(tracks, { parent, name: "Job" }, [sliceOf(job, state.nowMs)]);
    const steps = job?.steps.map((step) => sliceOf(step, state.nowMs)) ?? [];
    yield* lanesOf(tracks, { parent, name: "Steps" }, steps);
    for (const [service, own] of Map.groupBy(spans.records.filter(isForeign), (span) => span.service ?? "spans")) {
      const slices = own.map(({ name, startedAtMs, endedAtMs }) => ({ name, fromMs: startedAtMs, toMs: endedAtMs }));
      yield* lanesOf(tracks, { parent, name: service, canNest: true }, slices);
    }
    const events = tracks.next();
    if (state.events.length > 0) yield descriptor(events, "Events", { parent });
    for (const { atMs, name } of state.events) yield event(TYPE.instant, events, atMs, { name });
    for (const name of SERIES) yield* counterOf(tracks, parent, state.series, name);
  }
}

/** Our own spans are drawn as the job and its steps. */
function isForeign({ attributes }: LiveSpan): boolean {
  return attributes["warp_telemetry.source"] === undefined;
}

/** Numbers of tracks, each once. */
class Tracks {
  #last = 0;

  next(): number {
    return ++this.#last;
  }
}

function sliceOf({ name, startedAtMs, endedAtMs }: Omit<LiveStep, "id">, nowMs: number): Slice {
  return { name, fromMs: startedAtMs, toMs: Math.max(startedAtMs, endedAtMs ?? nowMs) };
}

interface Lane {
  readonly track: number;
  /** Of the slices that are open, the outermost first. */
  readonly ends: number[];
}

/**
 * Slices of one track may lie in each other and not overlap otherwise: those that do are on another one of the same name,
 * which the viewer shows below. Without `canNest` none lies in another.
 */
function* lanesOf(
  tracks: Tracks,
  { parent, name, canNest = false }: { readonly parent: number; readonly name: string; readonly canNest?: boolean },
  slices: readonly Slice[],
): Generator<Uint8Array> {
  const lanes: Lane[] = [];
  for (const slice of slices.toSorted((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs)) {
    let lane = lanes.find((one) => hasRoom(one, slice, canNest));
    if (lane === undefined) {
      lane = { track: tracks.next(), ends: [] };
      lanes.push(lane);
      yield descriptor(lane.track, name, { parent });
    }
    lane.ends.push(slice.toMs);
    yield event(TYPE.sliceBegin, lane.track, slice.fromMs, { name: slice.name });
    yield event(TYPE.sliceEnd, lane.track, slice.toMs);
  }
}

function hasRoom({ ends }: Lane, { fromMs, toMs }: Slice, canNest: boolean): boolean {
  while ((ends.at(-1) ?? Number.POSITIVE_INFINITY) <= fromMs) ends.pop();
  const innermost = ends.at(-1);
  return innermost === undefined || (canNest && toMs <= innermost);
}

function* counterOf(
  tracks: Tracks,
  parent: number,
  { firstMs, bucketMs, values }: LiveSeries,
  name: SeriesName,
): Generator<Uint8Array> {
  const means = values[name]?.mean;
  if (means === undefined) return;
  const track = tracks.next();
  const isShare = !name.startsWith("network.");
  yield descriptor(track, name, { parent, unitName: isShare ? "%" : "B/s" });
  for (const [at, mean] of means.entries()) {
    if (mean !== null)
      yield event(TYPE.counter, track, firstMs + at * bucketMs, { value: isShare ? mean * 100 : mean });
  }
}

function descriptor(
  uuid: number,
  name: string,
  { parent, unitName }: { readonly parent?: number; readonly unitName?: string } = {},
): Uint8Array {
  return packet((writer) => {
    writer.uint32(tag(PACKET.trackDescriptor, WIRE.bytes)).fork();
    writer.uint32(tag(TRACK.uuid, WIRE.varint)).uint64(uuid);
    writer.uint32(tag(TRACK.name, WIRE.bytes)).string(name);
    if (parent !== undefined) writer.uint32(tag(TRACK.parentUuid, WIRE.varint)).uint64(parent);
    if (unitName !== undefined) {
      writer.uint32(tag(TRACK.counter, WIRE.bytes)).fork();
      writer.uint32(tag(COUNTER.unitName, WIRE.bytes)).string(unitName).ldelim();
    }
    writer.ldelim();
  });
}

function event(
  type: number,
  track: number,
  atMs: number,
  { name, value }: { readonly name?: string; readonly value?: number } = {},
): Uint8Array {
  return packet((writer) => {
    writer.uint32(tag(PACKET.timestamp, WIRE.varint)).uint64(nanosOf(atMs));
    writer.uint32(tag(PACKET.trackEvent, WIRE.bytes)).fork();
    writer.uint32(tag(EVENT.type, WIRE.varint)).uint32(type);
    writer.uint32(tag(EVENT.trackUuid, WIRE.varint)).uint64(track);
    if (name !== undefined) writer.uint32(tag(EVENT.name, WIRE.bytes)).string(name);
    if (value !== undefined) writer.uint32(tag(EVENT.counterValue, WIRE.double)).double(value);
    writer.ldelim();
  });
}

function packet(write: (writer: Writer) => void): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(TRACE.packet, WIRE.bytes)).fork();
  writer.uint32(tag(PACKET.sequenceId, WIRE.varint)).uint32(SEQUENCE_ID);
  write(writer);
  return writer.ldelim().finish();
}

function tag(field: number, wire: number): number {
  return (field << 3) | wire;
}

/** protobufjs takes large numbers as texts of digits, or as its own Long. */
function nanosOf(ms: number): string {
  return (BigInt(Math.floor(ms)) * NS_PER_MS + BigInt(Math.round((ms % 1) * Number(NS_PER_MS)))).toString();
}
