import { constants } from 'node:os'

/** The exit code that says "ended by this signal", as shells have it: 128 plus its number. 143 for SIGTERM, 130 for SIGINT. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
