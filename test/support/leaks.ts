/**
 * Looks for secrets in what others can see, in every form in which a program may quote one. It shares no code with what
 * hides them.
 */

/** So many characters of a secret, or of an encoded form of it, are a leak. */
const LEAK_CHARS = 8;

/** What of the secrets is in `text`: `name: characters`. Empty when nothing is. */
export function leaksIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const folded = text.toLowerCase();
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const found = formsOf(secret).flatMap(
      (form) => windowsOf(form.toLowerCase()).find((part) => folded.includes(part)) ?? [],
    );
    return found.map((part) => `${name}: ${part}`);
  });
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    // What depends on the neighbours is no part of the form: the first characters, and those of the last group.
    const [from, to] = [before === 0 ? 0 : 4, Math.floor(whole.length / 3) * 4];
    return [whole.toString("base64").slice(from, to), whole.toString("base64url").slice(from, to)];
  });
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString("hex"), ...inBase64];
}

/** Every run of {@link LEAK_CHARS}; the whole where it is shorter. */
function windowsOf(form: string): string[] {
  const count = Math.max(1, form.length - LEAK_CHARS + 1);
  return Array.from({ length: count }, (_, at) => form.slice(at, at + LEAK_CHARS));
}
