/**
 * Whether a given text is the secret. A wrong one takes as long as the right one, wherever they differ, so only the length
 * can be measured.
 */
export function isSameSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let at = 0; at < secret.length; at++) difference |= given.charCodeAt(at) ^ secret.charCodeAt(at);
  return difference === 0;
}
