import type { Signal } from '../otlp/model.ts'
import type { SignalAccount } from './pipeline/signal-account.ts'

/** `512 items spooled for the next process`, when there are any. */
export function describeSpooled(accounts: Readonly<Record<Signal, SignalAccount>>): string | undefined {
  let count = 0
  for (const { spooled } of Object.values(accounts)) count += spooled
  return count === 0 ? undefined : `${count} item${count === 1 ? '' : 's'} spooled for the next process`
}
