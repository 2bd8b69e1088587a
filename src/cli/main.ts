#!/usr/bin/env node
import { isatty } from 'node:tty'
import { runCli } from './run-cli.ts'

// The one file of Seaworthy that ends a process unasked: it is the process.
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  isTerminal: isatty(1),
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
})
