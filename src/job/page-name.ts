const GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const PAGE = new RegExp(`^(${GUID})_(${GUID})_\\d{1,9}\\.log$`, "i");

/** What the name of a page says: `<timeline>_<record>_<n>.log`. In small letters. */
export interface PageName {
  readonly timelineId: string;
  readonly stepId: string;
}

/** Undefined for the name of any other log. */
export function pageName(name: string): PageName | undefined {
  const [, timelineId, stepId] = PAGE.exec(name) ?? [];
  if (timelineId === undefined || stepId === undefined) return undefined;
  return { timelineId: timelineId.toLowerCase(), stepId: stepId.toLowerCase() };
}
