/**
 * The variables of this process while a test runs: AWS's libraries read them by themselves. Nothing of the machine's own
 * set-up leaks in. `using` puts back what was there.
 */
export class AwsVariables implements Disposable {
  /** Sets these and removes every other variable of AWS. */
  constructor(variables: Readonly<Record<string, string>>) {
    this.#before = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, NO_AWS_SETUP, variables);
  }

  readonly #before: NodeJS.ProcessEnv;

  [Symbol.dispose](): void {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, this.#before);
  }
}

/** Nothing of the machine's own set-up may leak into a test. */
export const NO_AWS_SETUP = {
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Plainly not anybody's. */
export const SOME_KEYS = { AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST", AWS_SECRET_ACCESS_KEY: "secret-of-a-test" };
