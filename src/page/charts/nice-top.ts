/** Round, so that the half of it is round too; bytes by powers of two. */
export function niceTop(max: number, id: string): number {
  const base =
    id === "network" ? 2 ** (10 * Math.floor(Math.log2(Math.max(1, max)) / 10)) : 10 ** Math.floor(Math.log10(max));
  const steps = id === "network" ? [1, 2, 4, 10, 20, 40, 100, 200, 400, 1000, 1024] : [1, 2, 4, 6, 8, 10];
  return base * (steps.find((step) => base * step >= max * 1.02) ?? 10);
}
