#!/usr/bin/env node
import { isatty } from 'node:tty'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import { runCli } from './run-cli.ts'
import { toScreen } from './to-screen.ts'

// Nobody reads what we print any more, as behind `| head -1`: that is no bug, and ends us as it ends any other tool. A
// command that has something to clean up before hears of it as of any error that nobody caught.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' || process.listenerCount('uncaughtException') > 0) throw error
    // oxlint-disable-next-line node/no-process-exit -- it is the process
    process.exit(exitCodeOfSignal('SIGPIPE'))
  })
}

// The one file of Seaworthy that ends a process unasked: it is the process.
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  isTerminal: isatty(1),
  ...(isatty(1) ? { screen: toScreen(process.stdout) } : {}),
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
})

for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve))
// A module of the user's that was looked at may have left something open, such as a server: it is not waited for. Nor is
// Node's own clean-up, in which 24.21 was seen to spin for ever after a trial of thousands of connections.
// oxlint-disable-next-line node/no-process-exit -- it is the process
process.exit()
