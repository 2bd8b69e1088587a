import { type LibraryOptions, SpanOwnership } from './observed-library.ts'
import { explainRedisError, identifyRedis, type RedisTarget } from './redis-operation.ts'
import { followCalls } from './traced-calls.ts'

/** As `@redis/client` 5.12 and later publish it, in the context of whoever calls. */
interface CommandMessage extends RedisTarget {
  readonly command: string
  /** Only for a command of a pipeline, which is published as a whole as well. */
  readonly batchMode?: string
}

interface BatchMessage extends RedisTarget {
  /** `MULTI` or `PIPELINE` */
  readonly batchMode: string
  readonly batchSize: number
}

/**
 * Traces and measures the commands of node-redis. A transaction or a pipeline is one span.
 *
 * @returns takes it back for commands that come later
 * @see https://github.com/redis/node-redis/blob/master/docs/diagnostics-channel.md
 */
export function observeNodeRedis({ calls, onProblem, ...aside }: LibraryOptions): () => void {
  const spans = new SpanOwnership('@opentelemetry/instrumentation-redis', 'calls of redis', aside)
  const undo = [
    followCalls<CommandMessage>('node-redis:command', {
      begin: (message) =>
        message.batchMode === undefined
          ? calls.begin(identifyRedis(message.command, message), spans.isOurs)
          : undefined,
      explain: explainRedisError,
      onProblem,
    }),
    followCalls<BatchMessage>('node-redis:batch', {
      begin: (message) =>
        calls.begin(identifyRedis(message.batchMode, message), spans.isOurs, { batchSize: message.batchSize }),
      explain: explainRedisError,
      onProblem,
    }),
    spans.stop,
  ]
  return () => {
    for (const end of undo) end()
  }
}
