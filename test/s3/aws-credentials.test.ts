import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { readAwsConfig } from "../../src/s3/aws-config.ts";
import { AwsCredentials } from "../../src/s3/aws-credentials.ts";
import { AwsVariables } from "../support/aws-variables.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp-dir.ts";

const NEVER = new AbortController().signal;

/** A home of AWS's files; nothing in it yet. */
class AwsHome implements Disposable {
  readonly #directory = new TempDir();
  readonly #variables: AwsVariables;

  constructor(variables: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.#directory.file(".aws"));
    this.#variables = new AwsVariables({
      AWS_CONFIG_FILE: this.file("config"),
      AWS_SHARED_CREDENTIALS_FILE: this.file("credentials"),
      ...variables,
    });
  }

  file(name: string): string {
    return this.#directory.file(".aws", name);
  }

  write(name: "config" | "credentials", text: string): void {
    writeFileSync(this.file(name), text);
  }

  keys(id: string, profile = "default"): void {
    this.write("credentials", `[${profile}]\naws_access_key_id=${id}\naws_secret_access_key=s\naws_session_token=t\n`);
  }

  /** A program that prints credentials, as `credential_process` asks for them. */
  program(name: string, text: string): string {
    const path = this.file(name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o700);
    return path;
  }

  [Symbol.dispose](): void {
    this.#variables[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }
}

/** The id of the key that is found; the name of the error when none is. */
async function idOf(credentials: AwsCredentials, profile?: string): Promise<string> {
  return credentials.get({ profile }, NEVER).then(
    ({ accessKeyId }) => accessKeyId,
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

/** What such a program does. */
function print(id: string, expiration: string): string {
  return `echo '{"Version":1,"AccessKeyId":"${id}","SecretAccessKey":"s","Expiration":"${expiration}"}'`;
}

describe("AwsCredentials", () => {
  test("finds a file that is written after our start", async () => {
    using home = new AwsHome();
    const credentials = new AwsCredentials();
    expect(await idOf(credentials)).toBe("CredentialsProviderError");
    home.write("credentials", "[default]\naws_access_key_id=HA");
    expect(await idOf(credentials)).toBe("CredentialsProviderError");
    home.keys("LATE");
    expect(await idOf(credentials)).toBe("LATE");
  });

  test("keeps what it has found until it was refused, then reads the file as it is", async () => {
    using home = new AwsHome();
    const credentials = new AwsCredentials();
    home.keys("OLD");
    expect(await idOf(credentials)).toBe("OLD");
    home.keys("NEW");
    expect(await idOf(credentials)).toBe("OLD");
    credentials.renew();
    expect(await idOf(credentials)).toBe("NEW");
  });

  test("finds a profile that is written after our start, and the program that it names", async () => {
    using home = new AwsHome();
    const credentials = new AwsCredentials();
    expect(await idOf(credentials, "ci")).toBe("CredentialsProviderError");
    const program = home.program("print", `echo '{"Version":1,"AccessKeyId":"MADE","SecretAccessKey":"s"}'`);
    home.write("config", `[profile ci]\ncredential_process = ${program}\n`);
    expect(await idOf(credentials, "ci")).toBe("MADE");
  });

  test("asks anew for credentials that have expired", async () => {
    using home = new AwsHome();
    const credentials = new AwsCredentials();
    const soon = new Date(Date.now() + 1000).toISOString();
    home.write("config", `[default]\ncredential_process = ${home.program("print", print("FIRST", soon))}\n`);
    expect(await idOf(credentials)).toBe("FIRST");
    home.program("print", print("SECOND", "2099-01-01T00:00:00Z"));
    // Less than five minutes are left: the library looks for others in the meantime, and has them at the end at last.
    await eventually("the second ones", async () => (await idOf(credentials)) === "SECOND");
  });

  test("cuts the blanks around what the variables say", async () => {
    using _ = new AwsHome({ AWS_ACCESS_KEY_ID: " ID\n", AWS_SECRET_ACCESS_KEY: "key \r\n", AWS_SESSION_TOKEN: " t" });
    const expected = { accessKeyId: "ID", secretAccessKey: "key", sessionToken: "t" };
    expect(await new AwsCredentials().get({}, NEVER)).toEqual(expected);
  });

  test("rejects with the reason of its abort while a program takes its time", async () => {
    using home = new AwsHome();
    home.write("config", `[default]\ncredential_process = ${home.program("hang", "exec sleep 5")}\n`);
    const abort = new AbortController();
    const found = new AwsCredentials().get({}, abort.signal);
    abort.abort(new Error("the deadline"));
    expect(await found.catch(String)).toBe("Error: the deadline");
  });
});

describe("readAwsConfig()", () => {
  test("reads the profile anew each time", async () => {
    using home = new AwsHome();
    expect(await readAwsConfig(process.env)).toEqual({ isDualStack: false, isFips: false });
    home.write("config", "[default]\nregion = eu-west-1\nuse_fips_endpoint = true\nca_bundle = /etc/ca.pem\n");
    const expected = { region: "eu-west-1", isFips: true, isDualStack: false, caBundle: "/etc/ca.pem" };
    expect(await readAwsConfig(process.env)).toEqual(expected);
  });

  test("goes by the profile in force, its service section first", async () => {
    using home = new AwsHome({ AWS_PROFILE: " ci " });
    const services = "[services local]\ns3 =\n  endpoint_url = http://s3.example:9000\n";
    const profile = "[profile ci]\nservices = local\nendpoint_url = http://all.example\nregion = fr-par\n";
    home.write("config", `[default]\nregion = eu-west-1\n${profile}${services}`);
    expect(await readAwsConfig(process.env)).toMatchObject({ region: "fr-par", endpoint: "http://s3.example:9000" });
  });

  test("prefers the variables, without the blanks around them, and takes empty ones for none", async () => {
    using home = new AwsHome({
      AWS_REGION: "",
      AWS_DEFAULT_REGION: " us-west-2\n",
      AWS_ENDPOINT_URL_S3: " ",
      AWS_ENDPOINT_URL: " http://127.0.0.1:9000 ",
      AWS_USE_DUALSTACK_ENDPOINT: " TRUE ",
      AWS_USE_FIPS_ENDPOINT: "false",
    });
    home.write("config", "[default]\nregion = eu-west-1\nuse_fips_endpoint = true\n");
    expect(await readAwsConfig(process.env)).toEqual({
      region: "us-west-2",
      endpoint: "http://127.0.0.1:9000",
      isDualStack: true,
      isFips: false,
    });
  });
});
