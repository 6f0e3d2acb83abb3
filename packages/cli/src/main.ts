import { run } from "./index.ts";

/** The command, run from sources: `node --conditions=@groundwork/source packages/cli/src/main.ts`. */
process.exitCode = await run(process.argv.slice(2));
