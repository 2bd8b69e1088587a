import { FAST_ROOT } from '../../context/fast-context.ts'
import { type LibraryOptions, SpanOwnership } from './observed-library.ts'
import { explainRedisError, identifyRedis, type RedisTarget } from './redis-operation.ts'
import { followCalls } from './traced-calls.ts'

/** As ioredis 5.11 and later publish it: once for each command, when it is written. */
interface CommandMessage extends RedisTarget {
  readonly command: string
}

interface BatchMessage extends RedisTarget {
  readonly batchMode: string
  readonly batchSize: number
}

/**
 * Traces and measures the commands of ioredis. A transaction is one span.
 *
 * A connection outlives the request that has opened it, and what waits for it is written when it is ready, in its context.
 * So connections belong to no request: what has waited has no span, rather than one in the trace of somebody else.
 *
 * @returns takes it back for commands that come later
 * @see https://github.com/redis/ioredis#tracing
 */
export function observeIoredis({ calls, contextManager, onProblem, ...aside }: LibraryOptions): () => void {
  const spans = new SpanOwnership('@opentelemetry/instrumentation-ioredis', 'calls of ioredis', aside)
  // The commands of a transaction are published while it is being sent.
  let openBatches = 0
  const undo = [
    followCalls<CommandMessage>('ioredis:command', {
      begin: (message) =>
        openBatches > 0 && spans.isOurs
          ? undefined
          : calls.begin(identifyRedis(message.command, message), spans.isOurs),
      explain: explainRedisError,
      onProblem,
    }),
    followCalls<BatchMessage>('ioredis:batch', {
      begin(message) {
        openBatches++
        if (!spans.isOurs) return undefined
        return calls.begin(identifyRedis(message.batchMode, message), true, { batchSize: message.batchSize })
      },
      returned() {
        // One that had begun before anybody listened has not been counted.
        if (openBatches > 0) openBatches--
      },
      explain: explainRedisError,
      onProblem,
    }),
    contextManager?.bindChannel('tracing:ioredis:connect:start', () => FAST_ROOT),
    spans.stop,
  ]
  return () => {
    for (const end of undo) end?.()
  }
}
