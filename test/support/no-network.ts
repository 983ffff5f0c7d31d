/**
 * Preloaded before every test: no test may reach beyond this machine. It replaces the global `fetch`; sockets opened
 * by other means (child processes, node:http) are not covered, so tests use loopback addresses for those as well.
 */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const realFetch = globalThis.fetch;

const guardedFetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!LOOPBACK.test(url.hostname)) {
    return Promise.reject(new Error(`Cannot fetch ${url.host} in a test: only loopback addresses are allowed`));
  }
  return realFetch(input, init);
};

globalThis.fetch = Object.assign(guardedFetch, { preconnect: realFetch.preconnect });
