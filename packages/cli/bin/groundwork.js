#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// A third of a short command's time goes into compiling what it is made of: Node.js keeps the result for the next one.
enableCompileCache?.();
const { run } = await import("../dist/index.js");
process.exitCode = await run(process.argv.slice(2));
