import { type LibraryOptions, SpanOwnership } from './observed-library.ts'
import type { OperationFailure } from './operation-series.ts'
import { followCalls } from './traced-calls.ts'

/** As the adapter `seaworthy/mongodb` publishes what the driver tells of a command. */
interface CommandMessage {
  readonly command: string
  /** Empty where the command names none. */
  readonly collection: string
  readonly database: string
  readonly serverAddress: string
  readonly serverPort: number | undefined
}

/**
 * Traces and measures the commands of a MongoDB driver: their names and collections, never what they ask for.
 *
 * @returns takes it back for commands that come later
 * @see https://opentelemetry.io/docs/specs/semconv/db/mongodb/
 */
export function observeMongodb({ calls, onProblem, ...aside }: LibraryOptions): () => void {
  const spans = new SpanOwnership('@opentelemetry/instrumentation-mongodb', 'commands of mongodb', aside)
  const undo = [
    followCalls<CommandMessage>('seaworthy:mongodb:command', {
      begin({ command, collection, database, serverAddress, serverPort }) {
        const summary = collection === '' ? command : `${command} ${collection}`
        return calls.begin(
          { system: 'mongodb', operation: command, collection, namespace: database, serverAddress, serverPort },
          spans.isOurs,
          { sql: { operation: command, collection, summary, text: '' } },
        )
      },
      explain: explainMongoError,
      onProblem,
    }),
    spans.stop,
  ]
  return () => {
    for (const end of undo) end()
  }
}

/** The number of an error of the server, else its class. The message quotes values. */
function explainMongoError(error: unknown): OperationFailure {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown }
  if (typeof code === 'number') return { errorType: String(code), statusCode: String(code) }
  return { errorType: typeof name === 'string' ? name : '_OTHER', statusCode: undefined }
}
