/**
 * Whether somebody knows a secret. Takes as long for a wrong one as for the right one, wherever they differ; only the
 * length shows.
 */
export function isSameSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let at = 0; at < secret.length; at++) difference |= given.charCodeAt(at) ^ secret.charCodeAt(at);
  return difference === 0;
}
