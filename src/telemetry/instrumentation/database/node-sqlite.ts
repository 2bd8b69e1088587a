import type { DatabaseSync } from 'node:sqlite'
import { basename } from 'node:path'
import { SqlDescriptions } from '../../database/sql-descriptions.ts'
import { isInDatabaseSpans } from '../../database/traced-call.ts'
import { subscribeAll } from '../channels.ts'
import type { LibraryOptions } from './observed-library.ts'

/** As Node publishes it when a statement has ended, in the middle of the call that has run it. */
interface QueryMessage {
  /** With the values in the places of its parameters. */
  readonly sql: string
  readonly database: DatabaseSync
  /** Nanoseconds, in steps of a millisecond. */
  readonly duration: number
}

const NS_PER_MS = 1_000_000

/**
 * Traces and measures the statements of `node:sqlite`, where Node publishes them. It says nothing of one that fails.
 *
 * @returns takes it back for statements that end later
 * @see https://nodejs.org/api/sqlite.html
 */
export function observeNodeSqlite({ calls, onProblem }: LibraryOptions): () => void {
  const names = new WeakMap<DatabaseSync, string>()
  const descriptions = new SqlDescriptions('standard')
  return subscribeAll(
    {
      'sqlite.db.query'(message) {
        // What goes through an adapter has its span already.
        if (isInDatabaseSpans()) return
        const { sql, database, duration } = message as QueryMessage
        const description = descriptions.of(sql)
        const identity = {
          system: 'sqlite',
          operation: description.operation,
          collection: description.collection,
          namespace: nameOf(database, names),
          serverAddress: undefined,
          serverPort: undefined,
        }
        const startedAtMs = performance.now() - duration / NS_PER_MS
        calls.begin(identity, true, { sql: description, startedAtMs })?.end()
      },
    },
    onProblem,
  )
}

/** As the adapter `seaworthy/sqlite` says it: no paths. */
function nameOf(database: DatabaseSync, names: WeakMap<DatabaseSync, string>): string {
  let name = names.get(database)
  if (name === undefined) {
    // It may be on its way out while the last of its statements ends.
    if (!database.isOpen) return ''
    const path = database.location()
    name = path === null ? ':memory:' : basename(path)
    names.set(database, name)
  }
  return name
}
