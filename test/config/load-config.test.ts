import { describe, expect, test } from "bun:test";
import { ConfigError } from "../../src/config/config-error.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { placesOf, problemLines, type GivenPlaces } from "./places.ts";

const configOf = (given: GivenPlaces): Config => loadConfig(placesOf(given)).config;
const warningsOf = (given: GivenPlaces) => loadConfig(placesOf(given)).warnings;
const destinationOf = (text: string) => configOf({ flags: { "telemetry.destination": text } }).upload.destination;
const flag = (key: string, value: string) => ({ flags: { [`telemetry.${key}`]: value } });
const file = (telemetry: unknown) => ({ settings: { telemetry } });

describe("loadConfig() takes", () => {
  const settings = { telemetry: { port: 1 } };
  const variables = { WARP_TELEMETRY_PORT: "2" };
  const flags = { "telemetry.port": "3" };

  test("the default when nothing is given", () => expect(configOf({}).receiver.port).toBe(33_931));
  test("the settings file over the default", () => expect(configOf({ settings }).receiver.port).toBe(1));
  test("the environment over the settings file", () => expect(configOf({ settings, variables }).receiver.port).toBe(2));
  test("a flag over all", () => expect(configOf({ settings, variables, flags }).receiver.port).toBe(3));

  test("an empty variable and a null as not given", () => {
    const given = { variables: { WARP_TELEMETRY_PORT: "" }, settings: { telemetry: { port: null }, agent: null } };
    expect(configOf(given).receiver.port).toBe(33_931);
  });

  test("the settings of the seed", () => {
    const telemetry = {
      enabled: true,
      port: 33_931,
      syslog_number_of_lines_to_read: 1000,
      push_frequency: "60s",
      base_directory: "/runner/warpbuild-agent",
    };
    const config = configOf({ settings: { telemetry, runner: { provider: "github" }, proxy: [] } });
    expect(config).toMatchObject({
      upload: { bufferLines: 1000, pushFrequencyMs: 60_000 },
      baseDirectory: "/runner/warpbuild-agent",
    });
  });

  test("no value that a stronger place overrides, not even a wrong one", () => {
    expect(configOf({ settings: { telemetry: { port: "x" } }, flags: { "telemetry.port": "3" } }).receiver.port).toBe(
      3,
    );
  });

  test("lists from flags, from text with commas and from a JSON array", () => {
    const globs = '["/a/*.{log,txt}"]';
    const { collector } = configOf({
      flags: { "telemetry.collector.config": ["a.yaml", "/b.yaml"] },
      variables: { WARP_TELEMETRY_COLLECTOR_ENVIRONMENT: "HOME, LANG", WARP_TELEMETRY_COLLECTOR_DIAG_GLOBS: globs },
    });
    expect(collector.configFiles).toEqual(["/srv/a.yaml", "/b.yaml"]);
    expect(collector.environmentNames).toEqual(["HOME", "LANG"]);
    expect(collector.diagGlobs).toEqual(["/a/*.{log,txt}"]);
  });

  test("--no-collector and WARP_TELEMETRY_COLLECTOR_ENABLED", () => {
    expect(configOf({ flags: { "telemetry.collector.enabled": false } }).collector.enabled).toBe(false);
    expect(configOf({ variables: { WARP_TELEMETRY_COLLECTOR_ENABLED: "0" } }).collector.enabled).toBe(false);
  });
});

describe("loadConfig() resolves", () => {
  test("paths against the working directory", () => {
    const config = configOf({ flags: { "telemetry.base_directory": "data", "telemetry.collector.path": "./otelcol" } });
    expect(config.baseDirectory).toBe("/srv/data");
    expect(config.collector.path).toBe("/srv/otelcol");
    expect(config.upload.destination).toEqual({ kind: "folder" });
  });

  test.each([
    ["objects", "/srv/objects"],
    ["./warpbuild", "/srv/warpbuild"],
    ["./discard", "/srv/discard"],
    ["/a/b", "/a/b"],
    ["C:odd", "/srv/C:odd"],
  ])("destination %s as a folder", (text, directory) => {
    expect(destinationOf(text)).toEqual({ kind: "folder", directory });
  });

  test.each([
    ["s3://bucket", ""],
    ["s3://bucket/", ""],
    ["s3://bucket/a/b/", "a/b"],
  ])("destination %s with prefix %p", (text, prefix) => {
    expect(destinationOf(text)).toEqual({ kind: "s3", bucket: "bucket", prefix, keyFolder: "machine" });
  });

  test("destination discard:", () => expect(destinationOf("discard:")).toEqual({ kind: "discard" }));

  test("the WarpBuild API as the destination when it is known, its slash cut", () => {
    const agent = { id: "runner-1", polling_secret: "s3cret", host_url: "https://backend.example/api/v1/" };
    const { upload, agent: resolved } = configOf({ settings: { agent: { ...agent, exit_file_location: "/x" } } });
    expect(upload.destination).toEqual({ kind: "warpbuild" });
    expect(resolved).toEqual({ id: "runner-1", pollingSecret: "s3cret", hostUrl: "https://backend.example/api/v1" });
  });

  test("the key folder: setting, then agent.id, then the host name", () => {
    const flags = { "telemetry.destination": "s3://bucket" };
    const settings = { agent: { id: "runner-1" } };
    const keyFolder = { "telemetry.object_key_folder": "pool/7" };
    expect(configOf({ flags, settings }).upload.destination).toMatchObject({ keyFolder: "runner-1" });
    expect(configOf({ flags: { ...flags, ...keyFolder }, settings }).upload.destination).toMatchObject({
      keyFolder: "pool/7",
    });
  });

  test.each([
    ["{name}", "machine"],
    ["{stream}/date={date}/{name}", "machine"],
    ["{stream}/{agent}/{name}", ""],
  ])("the template %s below the machine's folder, unless it names the machine itself", (template, keyFolder) => {
    const flags = { "telemetry.destination": "s3://bucket", "telemetry.object_key": template };
    expect(configOf({ flags }).upload).toMatchObject({
      key: template,
      agentName: "machine",
      destination: { keyFolder },
    });
  });

  test("the machine's name in keys: object_key_folder, then agent.id, then the host name", () => {
    const settings = { agent: { id: "runner-1" } };
    expect(configOf({ settings }).upload.agentName).toBe("runner-1");
    expect(configOf({ settings, ...flag("object_key_folder", "pool/7") }).upload.agentName).toBe("pool/7");
  });

  test("any form of objects for the WarpBuild API that is the plain one", () => {
    const agent = { id: "runner-1", polling_secret: "s3cret", host_url: "https://backend.example" };
    const telemetry = { compression: "none", object_suffix: ".log", object_key: "{name}" };
    expect(configOf({ settings: { agent, telemetry } }).upload).toMatchObject({ key: "{name}", compression: "none" });
  });

  test("an upload limit that is not given, by the one that is", () => {
    const [MiB, key] = [1024 * 1024, "telemetry.object_max_bytes"];
    expect(uploadLimitsOf({ [key]: "32MiB" })).toEqual([32 * MiB, 32 * MiB]);
    expect(uploadLimitsOf({ [key]: "12MiB" })).toEqual([12 * MiB, 16 * MiB]);
    expect(uploadLimitsOf({ "telemetry.put_max_bytes": "4MiB" })).toEqual([4 * MiB, 4 * MiB]);
  });

  test("buffer_bytes to whole units of 64 KiB, upwards", () => {
    expect(configOf({ flags: { "telemetry.buffer_bytes": "1048577" } }).rings.capacityBytes).toBe(1_048_576 + 65_536);
  });

  test("a frozen object, all the way down", () => {
    const config = configOf({ settings: { telemetry: { allowed_hosts: ["CI.example"] } } });
    expect(config.receiver.allowedHosts).toEqual(["ci.example"]);
    for (const part of [
      config,
      config.collector,
      config.receiver.allowedHosts,
      config.upload.destination,
      config.agent,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

function uploadLimitsOf(flags: Record<string, string>): readonly number[] {
  const { objectMaxBytes, putsInFlightMaxBytes } = configOf({ flags }).upload;
  return [objectMaxBytes, putsInFlightMaxBytes];
}

describe("loadConfig() refuses, saying key, place, given and wanted:", () => {
  const port = "wanted a whole number from 0 to 65535";
  const frequency = 'wanted a duration from 1s to 24h, such as "60s" or "1m30s"';
  const short = "wanted a longer bucket name: S3 wants 3 to 63 characters";
  const destination = "wanted a directory, s3://bucket/prefix (no credentials), warpbuild or discard:";

  test.each<[GivenPlaces, string]>([
    [flag("port", "70000"), `telemetry.port from flag --port: "70000", ${port}`],
    [flag("port", "1e3"), `telemetry.port from flag --port: "1e3", ${port}`],
    [
      { variables: { WARP_TELEMETRY_PORT: "http" } },
      `telemetry.port from environment variable WARP_TELEMETRY_PORT: "http", ${port}`,
    ],
    [file({ port: "33931" }), `telemetry.port from settings file /etc/settings.json: "33931", ${port}`],
    [file({ port: 1.5 }), `telemetry.port from settings file /etc/settings.json: 1.5, ${port}`],
    [file({ enabled: "yes" }), 'telemetry.enabled from settings file /etc/settings.json: "yes", wanted true or false'],
    [file({ push_frequency: 60 }), `telemetry.push_frequency from settings file /etc/settings.json: 60, ${frequency}`],
    [
      file({ push_frequency: 60_000 }),
      `telemetry.push_frequency from settings file /etc/settings.json: 60000, ${frequency}`,
    ],
    [flag("push_frequency", "60"), `telemetry.push_frequency from flag --push-frequency: "60", ${frequency}`],
    [flag("push_frequency", "0.5s"), `telemetry.push_frequency from flag --push-frequency: "0.5s", ${frequency}`],
    [
      flag("buffer_bytes", "32M"),
      'telemetry.buffer_bytes from flag --buffer-bytes: "32M", wanted a size from 1MiB to 1GiB, such as "32MiB", "8MB" or a number of bytes',
    ],
    [
      flag("log_level", "warn"),
      'telemetry.log_level from flag --log-level: "warn", wanted debug, info, warning or error',
    ],
    [
      file({ allowed_hosts: "ci.example" }),
      'telemetry.allowed_hosts from settings file /etc/settings.json: "ci.example", wanted a list of host names without a port',
    ],
    [
      file({ collector: { config: ["a\nb"] } }),
      'telemetry.collector.config from settings file /etc/settings.json: ["a\\nb"], wanted a list of files',
    ],
    [flag("host", "a b"), 'telemetry.host from flag --host: "a b", wanted an IP address or a host name'],
    [
      flag("object_key_folder", "a/../b"),
      `telemetry.object_key_folder from flag --object-key-folder: "a/../b", wanted letters, digits and !.*'()@:+=,_-, in parts separated by /`,
    ],
    [
      flag("object_key", "{strem}/{name}"),
      'telemetry.object_key from flag --object-key: "{strem}/{name}", wanted no {strem}; the variables are {stream} {date} {hour} {agent} {run} {shard} {name}',
    ],
    [
      file({ object_key: "{stream}" }),
      'telemetry.object_key from settings file /etc/settings.json: "{stream}", wanted {name} as the last part, and nowhere else: readers know an object by it',
    ],
    [
      { variables: { WARP_TELEMETRY_OBJECT_KEY: "../{name}" } },
      'telemetry.object_key from environment variable WARP_TELEMETRY_OBJECT_KEY: "../{name}", wanted parts that do not begin with a dot',
    ],
    [flag("object_suffix", ".txt"), 'telemetry.object_suffix from flag --object-suffix: ".txt", wanted .log or .jsonl'],
    [flag("compression", "lz4"), 'telemetry.compression from flag --compression: "lz4", wanted none, gzip or zstd'],
    [
      flag("destination", "gs://bucket"),
      `telemetry.destination from flag --destination: "gs://bucket", ${destination}`,
    ],
    [flag("destination", "discard"), `telemetry.destination from flag --destination: "discard", ${destination}`],
    [flag("destination", "s3://ab/p"), `telemetry.destination from flag --destination: "s3://ab/p", ${short}`],
    [
      flag("destination", "s3://bucket/../x"),
      `telemetry.destination from flag --destination: "s3://bucket/../x", ${destination}`,
    ],
    [
      flag("destination", "s3://AKIA:sec/ret@bucket"),
      `telemetry.destination from flag --destination: "s3://(hidden)@bucket", ${destination}`,
    ],
    [
      { settings: { agent: { host_url: "https://me:pass@backend.example" } } },
      'agent.host_url from settings file /etc/settings.json: "https://(hidden)@backend.example", wanted an http:// or https:// URL without credentials, query and fragment',
    ],
    [
      { variables: { WARP_TELEMETRY_AGENT_POLLING_SECRET: "s3cret\n" } },
      "agent.polling_secret from environment variable WARP_TELEMETRY_AGENT_POLLING_SECRET: (hidden), wanted printable ASCII without spaces or line ends",
    ],
    [
      { settings: { agent: { id: 5 } } },
      "agent.id from settings file /etc/settings.json: 5, wanted a text: letters, digits and .:@+=_-",
    ],
    [
      { flags: { "telemetry.destination": "s3://bucket" }, variables: { AWS_ENDPOINT_URL: "localhost:9000" } },
      "AWS_ENDPOINT_URL from the environment: localhost:9000, wanted a URL such as http://127.0.0.1:9000",
    ],
    [
      { flags: { "telemetry.destination": "s3://bucket" }, variables: { AWS_ENDPOINT_URL_S3: "http://k:s@h:9000/?q" } },
      "AWS_ENDPOINT_URL_S3 from the environment: http://(hidden)@h:9000/?(hidden), wanted a URL such as http://127.0.0.1:9000",
    ],
    [
      { settings: { agent: { id: ".." } } },
      'agent.id from settings file /etc/settings.json: "..", wanted letters, digits and .:@+=_-',
    ],
    [file([]), "telemetry from settings file /etc/settings.json: an array, wanted an object"],
    [
      file({ collector: true }),
      "telemetry.collector from settings file /etc/settings.json: a boolean, wanted an object",
    ],
    [{ settings: { agent: "me" } }, "agent from settings file /etc/settings.json: a string, wanted an object"],
    [
      { flags: { "telemetry.in_flight_max_bytes": "1MiB", "telemetry.max_request_bytes": "16MiB" } },
      "telemetry.in_flight_max_bytes from flag --in-flight-max-bytes: 1MiB, wanted at least telemetry.max_request_bytes, which is 16MiB",
    ],
    [
      { flags: { "telemetry.collector.diag_globs": ["/a/*.log", "/b/[0-9*.log"] } },
      'telemetry.collector.diag_globs from flag --collector-diag-glob: ["/a/*.log","/b/[0-9*.log"], wanted a "]" for every "["',
    ],
    [
      { variables: { WARP_TELEMETRY_COLLECTOR_DIAG_GLOBS: "/a/*.{log,txt}" } },
      'telemetry.collector.diag_globs from environment variable WARP_TELEMETRY_COLLECTOR_DIAG_GLOBS: "/a/*.{log,txt}", wanted a "}" for every "{"; as a JSON array if a glob has a comma',
    ],
    [
      { flags: { "telemetry.object_max_bytes": "32MiB", "telemetry.put_max_bytes": "16MiB" } },
      "telemetry.put_max_bytes from flag --put-max-bytes: 16MiB, wanted at least telemetry.object_max_bytes, which is 32MiB",
    ],
    [
      flag("destination", "warpbuild"),
      "telemetry.destination from flag --destination: warpbuild, wanted agent.id and agent.polling_secret and agent.host_url as well, in the settings file or as WARP_TELEMETRY_AGENT_ID and WARP_TELEMETRY_AGENT_POLLING_SECRET and WARP_TELEMETRY_AGENT_HOST_URL",
    ],
    [
      { settings: { agent: { id: "a", host_url: "https://backend.example" } } },
      "agent.host_url from settings file /etc/settings.json: https://backend.example, wanted agent.polling_secret as well, in the settings file or as WARP_TELEMETRY_AGENT_POLLING_SECRET",
    ],
  ])("%j", (given, line) => {
    expect(problemLines(given)).toEqual([`Cannot use ${line}`]);
  });

  test("everything in one go, a line each, and as data", () => {
    const given = {
      flags: { "telemetry.port": "x", "telemetry.log_format": "xml" },
      settings: { telemetry: { nesting_max: 1 } },
    };
    expect(problemLines(given)).toHaveLength(3);
    expect(() => loadConfig(placesOf(given))).toThrow(ConfigError);
    expect(new ConfigError([{ key: "a", place: "b", given: "c", wanted: "d" }]).problems[0]?.key).toBe("a");
  });

  test("long values shortened", () => {
    const [line = ""] = problemLines({ flags: { "telemetry.port": "9".repeat(10_000) } });
    expect(line.length).toBeLessThan(400);
  });

  test("nothing that a disabled agent will not need", () => {
    const settings = { telemetry: { enabled: false }, agent: { host_url: "https://backend.example" } };
    expect(configOf({ settings }).enabled).toBe(false);
  });
});

describe("loadConfig() warns of", () => {
  test("an unknown key, saying which may be meant, also by the name of its flag", () => {
    const settings = {
      telemetry: { prot: 1, buffer_lines: 5, proxy: {}, collector: { intervall: "1s", toString: 1 } },
      agent: { unknown: 1 },
      unknown: 1,
    };
    const place = "settings file /etc/settings.json";
    expect(warningsOf({ settings }).map(({ facts }) => facts)).toEqual([
      { name: "telemetry.prot", place, didYouMean: "telemetry.port" },
      { name: "telemetry.buffer_lines", place, didYouMean: "telemetry.syslog_number_of_lines_to_read" },
      { name: "telemetry.proxy", place },
      { name: "telemetry.collector.intervall", place, didYouMean: "telemetry.collector.interval" },
      { name: "telemetry.collector.toString", place },
    ]);
  });

  test("an unknown variable of ours", () => {
    const variables = { WARP_TELEMETRY_PORTS: "1", WARP_TELEMETRY_SETTINGS: "x", HOME: "/" };
    expect(warningsOf({ variables })).toEqual([
      {
        message: "Unknown setting ignored",
        facts: { name: "WARP_TELEMETRY_PORTS", place: "environment", didYouMean: "WARP_TELEMETRY_PORT" },
      },
    ]);
  });

  test.each(["0.0.0.0", "::", "10.0.0.1", "ci.example"])("host %s, which others reach", (host) => {
    expect(warningsOf({ flags: { "telemetry.host": host } })).toHaveLength(1);
  });

  test.each(["127.0.0.1", "127.9.9.9", "::1", "localhost"])("nothing at host %s", (host) => {
    expect(warningsOf({ flags: { "telemetry.host": host } })).toEqual([]);
  });

  test("max_request_bytes cut to half a ring, when it was given", () => {
    const small = { "telemetry.buffer_bytes": "1MiB" };
    const asked = loadConfig(placesOf({ flags: { ...small, "telemetry.max_request_bytes": "2MiB" } }));
    expect(asked.config.receiver.maxRequestBytes).toBe(512 * 1024);
    expect(asked.warnings.map(({ facts }) => facts)).toEqual([{ given: "2MiB", now: "512KiB" }]);

    const byDefault = loadConfig(placesOf({ flags: small }));
    expect(byDefault.config.receiver.maxRequestBytes).toBe(512 * 1024);
    expect(byDefault.warnings).toEqual([]);
  });
});

describe("loadConfig() refuses forms of objects", () => {
  const settings = {
    agent: { id: "runner-1", polling_secret: "s3cret", host_url: "https://backend.example" },
    telemetry: { object_key: "{stream}/{name}", object_suffix: ".jsonl", compression: "zstd" },
  };
  const reason = "with the WarpBuild API, which names its objects itself and knows no other form";

  test("that the WarpBuild API does not know, each with the reason", () => {
    const place = "from settings file /etc/settings.json";
    expect(problemLines({ settings })).toEqual([
      `Cannot use telemetry.object_key ${place}: {stream}/{name}, wanted {name} ${reason}`,
      `Cannot use telemetry.object_suffix ${place}: .jsonl, wanted .log ${reason}`,
      `Cannot use telemetry.compression ${place}: zstd, wanted none ${reason}`,
    ]);
  });

  test("only of an agent that is switched on, and of that API", () => {
    expect(problemLines({ settings, ...flag("enabled", "false") })).toEqual([]);
    expect(problemLines({ settings, ...flag("destination", "s3://bucket") })).toEqual([]);
    expect(problemLines({ settings, ...flag("destination", "discard:") })).toEqual([]);
  });

  test("whose keys would be longer than S3 takes, by the template or by the prefix", () => {
    const prefix = `s3://bucket/${"p".repeat(700)}`;
    const flags = { "telemetry.destination": prefix, "telemetry.object_key": `${"{agent}/".repeat(6)}{name}` };
    expect(problemLines({ flags }).join("")).toContain("wanted keys of at most 1024 bytes, with the prefix");
    expect(problemLines({ flags }).join("")).toContain("telemetry.object_key");
    expect(problemLines({ flags: { "telemetry.destination": `s3://bucket/${"p".repeat(1000)}` } }).join("")).toContain(
      "telemetry.destination",
    );
    expect(problemLines({ flags: { "telemetry.destination": prefix } })).toEqual([]);
  });
});
