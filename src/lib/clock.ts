/** Time as a stage sees it, so that tests can move it. */
export interface Clock {
  /** Monotonic. */
  nowMs(): number;
  /** Calls `run` every `ms` until the function that it returns is called. Does not keep the process alive. */
  every(ms: number, run: () => void): () => void;
  /** Calls `run` once, after `ms`, unless the function that it returns is called before. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  every: (ms, run) => {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
