/** `byteCount` random bytes, fit for secrets, in hexadecimal digits. */
export function randomHex(byteCount: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(byteCount))).toString("hex");
}
