import { type Context, context } from '@opentelemetry/api'
import { SqlDescriptions } from '../../database/sql-descriptions.ts'
import { FAST_ROOT } from '../../context/fast-context.ts'
import { subscribeAll } from '../channels.ts'
import type { DatabaseCall } from './database-call.ts'
import { type LibraryOptions, SpanOwnership } from './observed-library.ts'
import type { OperationFailure } from './operation-series.ts'
import { followCalls } from './traced-calls.ts'

/** As mysql2 3.20 and later publish it. */
interface QueryMessage {
  /** Of `query()`, with the values in the places of its parameters. */
  readonly query: string
  readonly database: string
  readonly serverAddress: string
  readonly serverPort: number | undefined
}

/** On a message: the context of whoever has called. */
const CALLER = Symbol('seaworthy.caller')

interface CalledMessage {
  [CALLER]?: Context
}

/** Below it are the codes of the system. */
const FIRST_SERVER_ERROR = 1000

/**
 * Traces and measures the queries of mysql2. What waits for a connection of a pool, and what is called back, goes on in the
 * context of whoever has called: left alone, it would run in that of the request that has given a connection back.
 *
 * @returns takes it back for queries that come later
 * @see https://sidorares.github.io/node-mysql2/docs/documentation/tracing-channels
 */
export function observeMysql2({ calls, contextManager, onProblem, ...aside }: LibraryOptions): () => void {
  const spans = new SpanOwnership('@opentelemetry/instrumentation-mysql2', 'queries of mysql2', aside)
  const descriptions = new SqlDescriptions('mysql')
  const begin = (message: QueryMessage): DatabaseCall | undefined => {
    const sql = descriptions.of(message.query)
    ;(message as CalledMessage)[CALLER] = context.active()
    const identity = {
      system: 'mysql',
      operation: sql.operation,
      collection: sql.collection,
      namespace: message.database,
      serverAddress: message.serverAddress,
      serverPort: message.serverPort,
    }
    return calls.begin(identity, spans.isOurs, { sql })
  }
  const undo = [
    ...['mysql2:query', 'mysql2:execute'].map((name) =>
      followCalls<QueryMessage>(name, { begin, explain: explainMysqlError, onProblem }),
    ),
    subscribeAll(
      {
        'tracing:mysql2:pool:connect:start'(message) {
          ;(message as CalledMessage)[CALLER] = context.active()
        },
      },
      onProblem,
    ),
    ...['mysql2:query', 'mysql2:execute', 'mysql2:pool:connect'].map((name) =>
      contextManager?.bindChannel(`tracing:${name}:asyncStart`, callerOf),
    ),
    spans.stop,
  ]
  return () => {
    for (const end of undo) end?.()
  }
}

function callerOf(message: unknown): Context {
  return (message as CalledMessage)[CALLER] ?? FAST_ROOT
}

/**
 * The number of an error of the server, else the code of the client. The message quotes values.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/mysql/
 */
function explainMysqlError(error: unknown): OperationFailure {
  const { code, errno, constructor } = error as { code?: unknown; errno?: unknown; constructor?: { name?: string } }
  if (typeof errno === 'number' && errno >= FIRST_SERVER_ERROR) {
    return { errorType: String(errno), statusCode: String(errno) }
  }
  return { errorType: typeof code === 'string' ? code : (constructor?.name ?? '_OTHER'), statusCode: undefined }
}
