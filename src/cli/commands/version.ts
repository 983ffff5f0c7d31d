import type { Command } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { VERSION } from "../version.ts";

export const version: Command = {
  name: "version",
  description: "print the version",
  flags: [],
  run: ({ out }) => {
    out(`${VERSION}\n`);
    return EXIT.delivered;
  },
};
