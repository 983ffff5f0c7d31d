/** The places of the overview, from top to bottom. */
export const PLACES = ["problems", "job", "steps", "axis", "charts", "work", "events", "log"] as const;
export type Place = (typeof PLACES)[number];
export type Rows = Readonly<Record<Place, number>>;

/**
 * Who gets how many rows, one after the other as long as there are any: first what everybody needs, then more of it.
 * `all` is what the place wants, up to a bound.
 */
const GRANTS: readonly (readonly [place: Place, upTo: number])[] = [
  ["problems", 1],
  ["charts", 1],
  ["job", 1],
  ["log", 1],
  ["steps", 1],
  ["charts", 2],
  ["problems", 2],
  ["charts", 3],
  ["log", 3],
  ["steps", 3],
  ["charts", 6],
  ["work", 6],
  ["events", 1],
  ["log", 5],
  ["axis", 1],
  ["steps", 6],
  ["log", 7],
  ["problems", 6],
  ["events", 3],
  ["charts", 12],
  ["steps", 12],
  ["log", 12],
  ["work", 7],
  ["steps", 100],
  ["events", 6],
  ["charts", 18],
  ["log", 1000],
];

/** At least so many, or none: less would say nothing. */
const LEAST: Readonly<Partial<Record<Place, number>>> = { work: 4 };

/** How many rows each place gets of `rows`, of which it wants no more than `wanted`. Together they are never more. */
export function shareRows(rows: number, wanted: Rows): Rows {
  const given: Record<Place, number> = {
    problems: 0,
    job: 0,
    steps: 0,
    axis: 0,
    charts: 0,
    work: 0,
    events: 0,
    log: 0,
  };
  let left = Math.max(0, rows);
  for (const [place, upTo] of GRANTS) {
    const more = Math.min(left, Math.min(upTo, wanted[place]) - given[place]);
    if (more <= 0 || given[place] + more < Math.min(LEAST[place] ?? 0, wanted[place])) continue;
    given[place] += more;
    left -= more;
  }
  return given;
}
