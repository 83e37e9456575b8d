// Compiles one request a line, standard JSON in and out: the compiler is loaded once, not once for every mutant.
"use strict";

const readline = require("node:readline");
const compiler = require("solc");

// soljson installs handlers that turn a crash into exit code 0.
process.removeAllListeners("uncaughtException");
process.removeAllListeners("unhandledRejection");

readline.createInterface({ input: process.stdin }).on("line", (request) => {
  process.stdout.write(`${compiler.compile(request)}\n`);
});
