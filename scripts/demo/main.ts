import { isatty } from 'node:tty'
import { parseArgs } from 'node:util'
import { describeResult } from './describe-result.ts'
import { judge } from './judge.ts'
import { createProgress } from './progress.ts'
import { runDemo } from './run-demo.ts'
import { stayOpen } from './stay-open.ts'

const HELP = `Usage: npm run demo -- [options]

Starts a small shop of two services under an embedded telemetry receiver, sends traffic, stops both with SIGTERM
under load, and shows that nothing was lost.

Options:
  --seconds N  How long the traffic runs before SIGTERM, 1 to 30. Default: 4.
  --json       Print one JSON object instead of text.
  --help       Print this help.

Exit codes: 0 the ledger balances · 1 it does not · 2 wrong usage`

const { values, problem } = readArguments()
const isTerminal = isatty(1)
if (problem !== undefined) {
  process.stderr.write(`demo: ${problem}\nSee npm run demo -- --help\n`)
  process.exitCode = 2
} else if (values.help === true) {
  process.stdout.write(`${HELP}\n`)
} else {
  process.exitCode = await main(values.json === true, Number(values.seconds))
}

async function main(json: boolean, seconds: number): Promise<number> {
  const progress = createProgress(process.stderr)
  const { observed, store } = await runDemo({
    seconds,
    onProgress: progress.show,
    onReady(services, endpoint) {
      progress.line(`telemetry receiver  ${endpoint}`)
      for (const { name, url, probesUrl, readyAfterMs } of services)
        progress.line(
          `${name.padEnd(19)} ${url}   probes ${probesUrl}/readyz   ready after ${Math.round(readyAfterMs)} ms`,
        )
    },
  })
  const result = judge(observed)
  progress.clear()
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${describeResult(result, store)}\n`)
  if (isTerminal && !json && result.ok) await stayOpen()
  return result.ok ? 0 : 1
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        seconds: { type: 'string', default: '4' },
      },
    })
    const seconds = Number(values.seconds)
    return {
      values,
      problem: seconds >= 1 && seconds <= 30 ? undefined : `--seconds is "${values.seconds}", expected 1 to 30`,
    }
  } catch (error) {
    return {
      values: { seconds: '4' } as { json?: boolean; help?: boolean; seconds: string },
      problem: error instanceof Error ? error.message : String(error),
    }
  }
}
