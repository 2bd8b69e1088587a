import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DatabaseSpans } from 'seaworthy'
import type { FileTrouble } from './file-trouble.ts'

/** The methods of the native database, past what is put around them. */
export interface NativeMethods {
  readonly exec: (sql: string) => void
  readonly prepare: (sql: string) => StatementSync
}

/** Runs something with a span of its own, and remembers what it fails with. */
export function runObserved<T>(spans: DatabaseSpans, trouble: FileTrouble, sql: string, call: () => T): T {
  try {
    return spans.run(sql, call)
  } catch (error) {
    trouble.saw(error)
    throw error
  }
}

/**
 * Puts spans around the calls of a native database: Node publishes statements only where they have worked, and only since
 * version 24.
 */
export function observeNative(native: DatabaseSync, spans: DatabaseSpans, trouble: FileTrouble): NativeMethods {
  const exec = native.exec.bind(native)
  const prepare = native.prepare.bind(native)
  native.exec = (sql) => runObserved(spans, trouble, sql, () => exec(sql))
  native.prepare = (sql, ...options) => {
    let statement: StatementSync
    try {
      statement = prepare(sql, ...options)
    } catch (error) {
      // One that is prepared has not run yet; one that can't be never will.
      return runObserved(spans, trouble, sql, () => {
        throw error
      })
    }
    for (const name of ['all', 'get', 'run'] as const) {
      const method = statement[name].bind(statement) as (...args: unknown[]) => unknown
      const observed = (...args: unknown[]): unknown => runObserved(spans, trouble, sql, () => method(...args))
      Object.defineProperty(statement, name, { value: observed, configurable: true, writable: true })
    }
    return statement
  }
  return { exec, prepare }
}
