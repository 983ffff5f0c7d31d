/**
 * Reads a stored line of logs without making objects of what a report does not show: of each record its times, its
 * severity, its body and its step. JSON.parse makes ten times as many objects, and takes three times as long with them.
 * Any OTLP/JSON that is not as agents and exporters write it is left to JSON.parse.
 */
import type { Attributes } from "../job-pipeline.ts";
import { isAt, JsonBytes, NOWHERE, UnusualError } from "./json-bytes.ts";
import { resourceOf, scopeOf } from "./otlp-items.ts";

const KEYS = {
  resourceLogs: Buffer.from("resourceLogs"),
  resource: Buffer.from("resource"),
  scopeLogs: Buffer.from("scopeLogs"),
  scope: Buffer.from("scope"),
  logRecords: Buffer.from("logRecords"),
  time: Buffer.from("timeUnixNano"),
  observed: Buffer.from("observedTimeUnixNano"),
  severity: Buffer.from("severityNumber"),
  body: Buffer.from("body"),
  traceId: Buffer.from("traceId"),
  attributes: Buffer.from("attributes"),
  key: Buffer.from("key"),
  value: Buffer.from("value"),
  stringValue: Buffer.from("stringValue"),
} as const;
const STEP = Buffer.from("cicd.pipeline.task.run.id");

/**
 * A record, and where in the line its parts are: from the first byte to before the last, texts between their quotes. Plain
 * numbers, because there are millions of records; {@link NOWHERE} twice for what is not there.
 */
export interface ScannedRecord {
  /** Its time, else when it was observed: as `msOf` has it, but for the last microsecond, which a double cannot tell. */
  readonly atMs: number | undefined;
  /** 0 for none. */
  readonly severity: number;
  /** Its body where that is a text. */
  readonly textFrom: number;
  readonly textTo: number;
  readonly traceFrom: number;
  readonly traceTo: number;
  readonly stepFrom: number;
  readonly stepTo: number;
  /** All of it. */
  readonly from: number;
  readonly to: number;
}

/** The records of one scope of one resource. */
export interface ScannedLogs {
  readonly resource: Attributes;
  readonly scope: string;
  readonly records: readonly ScannedRecord[];
}

/**
 * What a line of logs has, in its order. Undefined for what is written otherwise. What a report does not show is passed over
 * unread, so a line that is broken there is taken; one that was cut off is not. Never throws.
 */
export function scanLogs(line: Buffer): readonly ScannedLogs[] | undefined {
  try {
    return new LogScanner(line).logs();
  } catch (error) {
    if (error instanceof UnusualError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class LogScanner {
  readonly #line: Buffer;
  readonly #json: JsonBytes;
  readonly #groups: ScannedLogs[] = [];

  constructor(line: Buffer) {
    this.#line = line;
    this.#json = new JsonBytes(line);
  }

  logs(): readonly ScannedLogs[] {
    let isSeen = false;
    for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
      this.#json.key();
      if (!this.#json.isKey(KEYS.resourceLogs)) this.#json.skip();
      else if (isSeen) throw new UnusualError();
      else {
        isSeen = true;
        for (let has = this.#json.beginsList(); has; has = this.#json.goesOnList()) this.#resource();
      }
    }
    if (this.#json.at !== this.#line.length) throw new UnusualError();
    return this.#groups;
  }

  /** What the records are of stands before them, once; who writes it otherwise is left to JSON.parse. */
  #resource(): void {
    let resource: Attributes = {};
    let isSeen = false;
    for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
      this.#json.key();
      const isResource = this.#json.isKey(KEYS.resource);
      if (!isResource && !this.#json.isKey(KEYS.scopeLogs)) this.#json.skip();
      else if (isSeen) throw new UnusualError();
      else if (isResource) resource = resourceOf(this.#json.parsed());
      else {
        isSeen = true;
        for (let has = this.#json.beginsList(); has; has = this.#json.goesOnList()) this.#scope(resource);
      }
    }
  }

  #scope(resource: Attributes): void {
    let scope = "";
    let records: ScannedRecord[] | undefined;
    for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
      this.#json.key();
      const isScope = this.#json.isKey(KEYS.scope);
      if (!isScope && !this.#json.isKey(KEYS.logRecords)) this.#json.skip();
      else if (records !== undefined) throw new UnusualError();
      else if (isScope) scope = scopeOf(this.#json.parsed());
      else {
        records = [];
        for (let has = this.#json.beginsList(); has; has = this.#json.goesOnList()) records.push(this.#record());
      }
    }
    this.#groups.push({ resource, scope, records: records ?? [] });
  }

  #record(): ScannedRecord {
    const from = this.#json.at;
    let timeMs: number | undefined;
    let observedMs: number | undefined;
    let severity = 0;
    let textFrom = NOWHERE;
    let textTo = NOWHERE;
    let traceFrom = NOWHERE;
    let traceTo = NOWHERE;
    let stepFrom = NOWHERE;
    let stepTo = NOWHERE;
    for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
      this.#json.key();
      if (this.#json.isKey(KEYS.time)) timeMs = this.#json.time();
      else if (this.#json.isKey(KEYS.observed)) observedMs = this.#json.time();
      else if (this.#json.isKey(KEYS.severity)) severity = this.#json.smallNumber();
      else if (this.#json.isKey(KEYS.body)) {
        this.#text();
        textFrom = this.#json.from;
        textTo = this.#json.to;
      } else if (this.#json.isKey(KEYS.traceId)) {
        this.#json.string();
        traceFrom = this.#json.from;
        traceTo = this.#json.to;
      } else if (this.#json.isKey(KEYS.attributes)) {
        this.#stepIn();
        stepFrom = this.#json.from;
        stepTo = this.#json.to;
      } else this.#json.skip();
    }
    const atMs = timeMs ?? observedMs;
    return { atMs, severity, textFrom, textTo, traceFrom, traceTo, stepFrom, stepTo, from, to: this.#json.at };
  }

  /** Finds the text of `{"stringValue":"…"}`; any other value is passed over. */
  #text(): void {
    let from = NOWHERE;
    let to = NOWHERE;
    for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
      this.#json.key();
      if (this.#json.isKey(KEYS.stringValue)) {
        this.#json.string();
        from = this.#json.from;
        to = this.#json.to;
      } else this.#json.skip();
    }
    this.#json.from = from;
    this.#json.to = to;
  }

  /** Finds the step among the attributes; all others are passed over. */
  #stepIn(): void {
    let from = NOWHERE;
    let to = NOWHERE;
    let isFound = false;
    for (let has = this.#json.beginsList(); has; has = this.#json.goesOnList()) {
      let isStep = false;
      let isSeen = false;
      for (let is = this.#json.beginsMap(); is; is = this.#json.goesOnMap()) {
        this.#json.key();
        if (this.#json.isKey(KEYS.key)) {
          this.#json.string();
          isStep = this.#json.to - this.#json.from === STEP.length && isAt(this.#line, this.#json.from, STEP);
          if (isStep && isSeen) throw new UnusualError();
        } else if (this.#json.isKey(KEYS.value)) {
          isSeen = true;
          if (!isStep || isFound) this.#json.skip();
          else {
            isFound = true;
            this.#text();
            from = this.#json.from;
            to = this.#json.to;
          }
        } else this.#json.skip();
      }
      // The first one counts, also when it says nothing.
      isFound ||= isStep;
    }
    this.#json.from = from;
    this.#json.to = to;
  }
}
