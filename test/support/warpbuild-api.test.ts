import { expect, test } from "bun:test";
import { WarpbuildApi } from "./warpbuild-api.ts";

function get(api: WarpbuildApi, path: string, secret = api.secret): Promise<Response> {
  return fetch(`${api.hostUrl}/runners_instance/${path}`, { headers: { "x-polling-secret": secret } });
}

function start(): WarpbuildApi {
  let count = 0;
  return new WarpbuildApi({ presign: (name) => `http://127.0.0.1:1/${name}?n=${count++}` });
}

test("WarpbuildApi hands out one upload URL a request, for the name asked for", async () => {
  await using api = start();
  const path = `${api.id}/presigned_log_upload_url?log-file-name=20260101-000000.logs.log`;
  expect(await (await get(api, path)).json()).toEqual({ url: "http://127.0.0.1:1/20260101-000000.logs.log?n=0" });
  expect(await (await get(api, path)).json()).toEqual({ url: "http://127.0.0.1:1/20260101-000000.logs.log?n=1" });
  api.program(() => ({ kind: "same-url" }));
  expect(await (await get(api, path)).json()).toEqual({ url: "http://127.0.0.1:1/20260101-000000.logs.log?n=1" });
  expect(api.requests).toHaveLength(3);
});

test("WarpbuildApi answers failures in the API's own form", async () => {
  await using api = start();
  const wrong = await get(api, `${api.id}/allocation_details`, "wrong");
  expect([wrong.status, await wrong.json()]).toEqual([401, expect.objectContaining({ code: "unauthorized" })]);
  expect((await get(api, "somebody-else/allocation_details")).status).toBe(404);
  expect((await get(api, `${api.id}/presigned_log_upload_url`)).status).toBe(400);
  expect(api.requests.map((request) => request.status)).toEqual([401, 404, 400]);
});

test("WarpbuildApi says whether telemetry is on, and leaves the key out when asked to", async () => {
  await using api = start();
  expect(await (await get(api, `${api.id}/allocation_details`)).json()).toMatchObject({ telemetry_enabled: true });
  api.telemetryEnabled = undefined;
  expect(await (await get(api, `${api.id}/allocation_details`)).json()).not.toHaveProperty("telemetry_enabled");
});
