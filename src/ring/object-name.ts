import { COMPRESSION_ENDINGS, type ObjectForm, type Stream } from "../pipeline.ts";

/** `YYYYMMDD-HHMMSS.<stream>.log`, the name of an object, from its UTC second (seconds since 1970), with the ending of its form. */
export function objectName(
  second: number,
  stream: Stream,
  { suffix, compression }: Pick<ObjectForm, "suffix" | "compression">,
): string {
  const { date, time } = utcOf(second);
  const ending = suffix + COMPRESSION_ENDINGS[compression];
  return `${date.replaceAll("-", "")}-${time.replaceAll(":", "")}.${stream}${ending}`;
}

/** The folders of an object: those of its form, of the day (`2026-11-22`) and the hour (`09`) of its name. */
export function objectFolder(second: number, { folder }: Pick<ObjectForm, "folder">): string {
  if (folder === "") return "";
  const { date, time } = utcOf(second);
  return folder.replaceAll("{date}", date).replaceAll("{hour}", time.slice(0, 2));
}

function utcOf(second: number): { readonly date: string; readonly time: string } {
  const [date = "", time = ""] = new Date(second * 1000).toISOString().slice(0, 19).split("T");
  return { date, time };
}
