import { PROXY_VARIABLES } from "../lib/proxy-variable.ts";
import { secretValuesOf } from "../lib/url-secrets.ts";
import { OPTIONS } from "./options.ts";
import type { ConfigPlaces } from "./places.ts";

/** The names of the daemons that share the settings file, too: none of their secrets is ours to show. */
const SECRET_NAME = /secret|token|passw|credential|private|api_?key/i;
/** What such a name may hold besides: switches, and places where the secret is. */
const NO_SECRET = /^(true|false|yes|no|none|\d{0,5})$|^([.~]|[A-Z]:)?[/\\]|^https?:\/\//i;
const AWS_SECRETS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];
const URL_VARIABLES = [...PROXY_VARIABLES, "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"];

/** Every text in a settings file whose name says that it is secret, however deep. */
export function secretsIn(content: unknown): readonly string[] {
  if (typeof content !== "object" || content === null) return [];
  return Object.entries(content).flatMap(([name, value]) =>
    typeof value !== "string" ? secretsIn(value) : SECRET_NAME.test(name) && !NO_SECRET.test(value) ? [value] : [],
  );
}

/** What is secret in the variables that we use: those of secret options, AWS's, and what URLs in them carry. */
export function secretsOfVariables(variables: ConfigPlaces["variables"]): readonly string[] {
  const ours = OPTIONS.flatMap(({ secret, environmentName }) => (secret === true ? environmentName : []));
  const values = [...ours, ...AWS_SECRETS].flatMap((name) => variables[name] ?? []);
  const urls = URL_VARIABLES.flatMap((name) => variables[name] ?? []);
  // A proxy may be written without its protocol.
  return [...values, ...urls.flatMap((url) => secretValuesOf(url.includes("://") ? url : `http://${url}`))];
}
