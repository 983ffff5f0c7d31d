/** What no receiver on Bun can beat: reads the body and drops it. The port goes to standard output. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    await request.bytes();
    return new Response("{}", { headers: { "content-type": "application/json" } });
  },
});
process.stdout.write(`${server.port}\n`);
