import { type DestinationConfig, parseDestination } from "../upload/destinations/catalogue.ts";
import type { ConfigPlaces } from "./places.ts";

/** AWS's own variables, which name a store of one's own. */
const ENDPOINT_VARIABLES = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

type Variables = ConfigPlaces["variables"];

/** What the text of a destination must be instead, for people; undefined when it can be used. */
export function wantedDestination(text: string, variables: Variables): string | undefined {
  const parsed = parseDestination(text, { workingDirectory: "/", keyFolder: "", hasOwnStore: hasOwnStore(variables) });
  return "wanted" in parsed ? parsed.wanted : undefined;
}

/** Reads the text of a destination that {@link wantedDestination} has let pass. */
export function readDestination(
  text: string,
  {
    workingDirectory,
    keyFolder,
    variables,
  }: Pick<ConfigPlaces, "workingDirectory" | "variables"> & { readonly keyFolder: string },
): DestinationConfig {
  const parsed = parseDestination(text, { workingDirectory, keyFolder, hasOwnStore: hasOwnStore(variables) });
  if ("wanted" in parsed) throw new Error(`Cannot use the destination: ${parsed.wanted} wanted`);
  return parsed;
}

/** The endpoints that AWS's variables name, blanks around them cut, and which of them cannot be used. */
export function endpointsOf(variables: Variables): readonly { name: string; given: string; isUsable: boolean }[] {
  return ENDPOINT_VARIABLES.flatMap((name) => {
    const given = variables[name]?.trim() ?? "";
    if (given === "") return [];
    const url = URL.parse(given);
    const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username === "";
    return [{ name, given, isUsable }];
  });
}

/** Hides what a URL may carry besides its address: credentials, query and fragment. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes("//")) return text;
  return text.replace(/\/\/.*@/s, "//(hidden)@").replace(/[?#].*$/s, "?(hidden)");
}

function hasOwnStore(variables: Variables): boolean {
  return endpointsOf(variables).length > 0;
}
