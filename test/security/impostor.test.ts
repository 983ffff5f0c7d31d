/** A job takes the agent's port while the agent is down. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { needsJob, startJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const job = needsJob();

/** Answers every question as a healthy agent would. */
const IMPOSTOR = `
import http.server,sys
body=b'{"status":"healthy","is_running":true,"version":"0.1.0","health":{"status":"healthy","parts":{}},"streams":{}}'
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self,*_): pass
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Type","application/json"); self.send_header("Content-Length",str(len(body)))
        self.end_headers(); self.wfile.write(body)
    do_POST=do_GET
server=http.server.ThreadingHTTPServer(("127.0.0.1",int(sys.argv[1])),Handler)
print("listening",flush=True)
server.serve_forever()`;

async function status(flags: readonly string[]): Promise<{ readonly code: number | undefined; readonly text: string }> {
  await using child = new Child([built("executable"), "status", ...flags]);
  const { code } = await child.ended(10_000);
  return { code, text: child.output };
}

describe.skipIf(agentOnly.missing || job.missing)(job.title(agentOnly.title("an impostor on the agent's port")), () => {
  test("is named by status, whether or not the agent's folder is named", async () => {
    await using base = await TempDir.create("base");
    const port = await freePort();
    await using agent = await Agent.start({
      executable: built("executable"),
      baseDirectory: base.path,
      flags: ["--no-collector"],
      port,
    });
    const flags = ["--port", String(port)];
    expect((await status([...flags, "--base-directory", base.path])).code).toBe(0);
    expect((await status(flags)).code).toBe(0);
    await agent.kill();

    await using impostor = startJob(["python3", "-c", IMPOSTOR, String(port)]);
    await impostor.said(/listening/);
    const named = await status([...flags, "--base-directory", base.path]);
    expect(named.code, named.text).toBe(1);
    expect(named.text).toContain(`no agent holds "${base.path}"`);
    expect(named.text).toContain(`python3 (pid ${impostor.pid}) of uid 4242`);
    expect(named.text).not.toContain("healthy");
    const unnamed = await status(flags);
    expect(unnamed.code, unnamed.text).toBe(1);
    expect(unnamed.text).toContain("neither root nor you");
  });

  test("is named while the agent runs on another port", async () => {
    await using base = await TempDir.create("base");
    const port = await freePort();
    const options = { executable: built("executable"), baseDirectory: base.path, flags: ["--no-collector"] };
    await using agent = await Agent.start(options);
    await using impostor = new Child(["python3", "-c", IMPOSTOR, String(port)]);
    await impostor.said(/listening/);
    const { code, text } = await status(["--port", String(port), "--base-directory", base.path]);
    expect(code, text).toBe(1);
    expect(text).toContain(`pid ${agent.pid} holds "${base.path}"`);
  });
});
