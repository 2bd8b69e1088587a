import type { Meter } from '@opentelemetry/api'
import type { FastContextManager } from '../../context/context-manager.ts'
import type { Tracer } from '../../trace/tracer.ts'
import type { StandAsideOptions } from '../stock-instrumentations.ts'
import { DatabaseCalls } from './database-calls.ts'
import { observeIoredis } from './ioredis.ts'
import { observeMongodb } from './mongodb.ts'
import { observeMysql2 } from './mysql2.ts'
import { observeNodeRedis } from './node-redis.ts'
import { observeNodeSqlite } from './node-sqlite.ts'
import type { LibraryOptions } from './observed-library.ts'

export interface DatabaseObservationOptions extends StandAsideOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  /** Whether a library is to be observed, by the name of its published instrumentation. */
  readonly isSwitchedOn: (name: string) => boolean
  /** The one that is registered with the API, if it is ours. @default contexts stay as the library leaves them */
  readonly contextManager?: FastContextManager | undefined
  readonly onProblem: (error: unknown) => void
}

/** By the names that published instrumentations have; there is none of `node:sqlite`. */
const LIBRARIES: Readonly<Record<string, (options: LibraryOptions) => () => void>> = {
  ioredis: observeIoredis,
  mongodb: observeMongodb,
  mysql2: observeMysql2,
  redis: observeNodeRedis,
  sqlite: observeNodeSqlite,
}

/**
 * Observes the database clients that publish what they do on channels of `node:diagnostics_channel`. None of them is
 * loaded for it.
 *
 * @returns takes it back
 */
export function observeDatabases({ tracer, meter, isSwitchedOn, ...options }: DatabaseObservationOptions): () => void {
  const calls = new DatabaseCalls(tracer, meter)
  const undo = Object.entries(LIBRARIES)
    .filter(([name]) => isSwitchedOn(name))
    .map(([, observe]) => observe({ ...options, calls }))
  return () => {
    for (const end of undo) end()
  }
}
