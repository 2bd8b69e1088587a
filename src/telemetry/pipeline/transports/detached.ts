import { AsyncLocalStorage } from 'node:async_hooks'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '../../context-keys.ts'

/** Runs something away from whoever asked for it. */
export type RunDetached = <T>(work: () => T) => T

/**
 * Makes a function that runs work in the asynchronous context of now and with tracing suppressed. Without the first, the
 * request that happened to fill a batch would live on in sockets and timers, with all that it holds; without the second,
 * sending telemetry would make telemetry, without end.
 */
export function createDetached(): RunDetached {
  const inContextOfNow = AsyncLocalStorage.snapshot()
  const suppressed = suppressTracing(ROOT_CONTEXT)
  return (work) => inContextOfNow(() => context.with(suppressed, work))
}
