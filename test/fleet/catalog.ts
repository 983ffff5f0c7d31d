/** What the played fleet builds, and on what. All names and figures are invented. */

export interface Machine {
  readonly hostType: string;
  readonly vcpus: number;
  readonly memoryGib: number;
  readonly usdPerMinute: number;
}

/** The machines of the view `machines` in src/help/fleet. */
export const MACHINES: readonly Machine[] = [
  { hostType: "ci-2", vcpus: 2, memoryGib: 8, usdPerMinute: 0.008 },
  { hostType: "ci-4", vcpus: 4, memoryGib: 16, usdPerMinute: 0.016 },
  { hostType: "ci-8", vcpus: 8, memoryGib: 32, usdPerMinute: 0.032 },
  { hostType: "ci-16", vcpus: 16, memoryGib: 64, usdPerMinute: 0.064 },
];

export interface JobKind {
  readonly repository: string;
  readonly workflow: string;
  readonly job: string;
  readonly hostType: string;
  /** Name and typical seconds. */
  readonly steps: readonly (readonly [name: string, seconds: number])[];
  /** Of the machine, on average. */
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  /** Of all runs, how many have a process killed for memory. */
  readonly killedShare: number;
}

const CHECKOUT = ["Check out", 8] as const;
const CACHE = ["Restore the cache", 25] as const;

export const JOB_KINDS: readonly JobKind[] = [
  {
    repository: "acme/shop",
    workflow: "CI",
    job: "build (linux, x64)",
    hostType: "ci-8",
    steps: [CHECKOUT, CACHE, ["Compile", 260], ["Package", 60]],
    cpuPercent: 82,
    memoryPercent: 55,
    killedShare: 0,
  },
  {
    repository: "acme/shop",
    workflow: "CI",
    job: "end-to-end tests",
    hostType: "ci-16",
    steps: [CHECKOUT, CACHE, ["Start the services", 90], ["Test in the browser", 620]],
    cpuPercent: 12,
    memoryPercent: 17,
    killedShare: 0,
  },
  {
    repository: "acme/payments",
    workflow: "CI",
    job: "unit tests",
    hostType: "ci-4",
    steps: [CHECKOUT, CACHE, ["Unit tests", 310], ["Upload the report", 12]],
    cpuPercent: 71,
    memoryPercent: 78,
    killedShare: 0.02,
  },
  {
    repository: "acme/payments",
    workflow: "Release",
    job: "image",
    hostType: "ci-8",
    steps: [CHECKOUT, ["Build the image", 410], ["Push the image", 70]],
    cpuPercent: 18,
    memoryPercent: 20,
    killedShare: 0,
  },
  {
    repository: "acme/search",
    workflow: "CI",
    job: "link (release)",
    hostType: "ci-8",
    steps: [CHECKOUT, CACHE, ["Compile", 480], ["Link", 210]],
    cpuPercent: 88,
    memoryPercent: 86,
    killedShare: 0.05,
  },
  {
    repository: "acme/search",
    workflow: "Nightly",
    job: "fuzz",
    hostType: "ci-16",
    steps: [CHECKOUT, ["Fuzz", 1500]],
    cpuPercent: 93,
    memoryPercent: 40,
    killedShare: 0.01,
  },
  {
    repository: "acme/website",
    workflow: "Pages",
    job: "lint and build",
    hostType: "ci-4",
    steps: [CHECKOUT, ["Install", 40], ["Lint", 75], ["Build the pages", 110]],
    cpuPercent: 22,
    memoryPercent: 16,
    killedShare: 0,
  },
  {
    repository: "acme/mobile",
    workflow: "CI",
    job: "Ünit tests 📱",
    hostType: "ci-8",
    steps: [CHECKOUT, CACHE, ["Compile", 420], ["Unit tests", 350]],
    cpuPercent: 64,
    memoryPercent: 70,
    killedShare: 0.01,
  },
];

/** What is looked for in the logs, and of how many steps it is printed. */
export const SEARCHED = "No space left on device";
export const SEARCHED_SHARE = 0.005;
