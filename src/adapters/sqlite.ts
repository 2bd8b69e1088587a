/**
 * SQLite as a resource of a service: `node:sqlite`, which is part of Node.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { basename } from 'node:path'
import { DatabaseSpans, type ResourceDefinition, SeaworthyError } from 'seaworthy'
import { requireArgument } from './options/read-options.ts'
import { describeKind, OptionReader } from './options/runtime-checks.ts'

/** What {@link sqlite} takes besides the path. */
export interface SqliteOptions {
  /** Statements to run at each start, such as `CREATE TABLE IF NOT EXISTS …`. */
  readonly schema?: string
  /**
   * How long a statement waits for another process' lock, in milliseconds: 0 to 60,000.
   *
   * @default 2,000, less than any sensible request timeout
   */
  readonly busyTimeoutMs?: number
}

type Row = Record<string, SQLOutputValue>

/** Prepared statements that are kept; the longest unused one goes first. */
const MAX_STATEMENTS = 100

/** A SQLite database whose statements are traced and measured. Parameter values never appear in telemetry. */
export class SqliteDatabase {
  /** The database itself, for what is not covered here. Its calls are traced where Node publishes them. */
  readonly native: DatabaseSync
  readonly #spans: DatabaseSpans
  readonly #statements = new Map<string, StatementSync>()

  /** @internal Use {@link sqlite}. */
  constructor(native: DatabaseSync, namespace: string) {
    this.native = native
    this.#spans = new DatabaseSpans({ system: 'sqlite', namespace })
  }

  /** All rows. */
  all<T = Row>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#spans.run(sql, () => this.#prepare(sql).all(...parameters) as T[])
  }

  /** The first row, or `undefined`. */
  get<T = Row>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    return this.#spans.run(sql, () => this.#prepare(sql).get(...parameters) as T | undefined)
  }

  /** Runs a statement that returns no rows. */
  run(
    sql: string,
    ...parameters: SQLInputValue[]
  ): { readonly changes: number; readonly lastInsertRowid: number | bigint } {
    return this.#spans.run(sql, () => {
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...parameters)
      return { changes: Number(changes), lastInsertRowid }
    })
  }

  /** Runs `work` between BEGIN and COMMIT; rolls back when it throws. `work` must be synchronous. */
  transaction<T>(work: () => T): T {
    this.native.exec('BEGIN IMMEDIATE')
    try {
      const value = work()
      this.native.exec('COMMIT')
      return value
    } catch (error) {
      if (this.native.isTransaction) this.native.exec('ROLLBACK')
      throw error
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) {
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.native.prepare(sql)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size >= MAX_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, statement)
    return statement
  }
}

/**
 * A SQLite database file as a resource: opened (write-ahead log, foreign keys on) and its schema applied at the start,
 * checked by a read, closed at the stop.
 *
 * @param path the file, or `:memory:`; from the configuration
 * @example
 * ```ts
 * const db = service.resource('database', sqlite((config) => config.database.path, { schema: 'CREATE TABLE IF NOT EXISTS …' }))
 * ```
 */
export function sqlite<Config>(
  path: (config: Config) => string,
  options: SqliteOptions = {},
): ResourceDefinition<Config, SqliteDatabase> {
  const read = new OptionReader(options, 'sqlite()')
  requireArgument(read, path, 'the first argument, which tells the path,')
  read.text('schema', { fallback: '' })
  const busyTimeoutMs = read.integer('busyTimeoutMs', { fallback: 2000, min: 0, max: 60_000 })
  read.done()
  return {
    async start({ config }) {
      const file = path(config)
      if (typeof file !== 'string' || file === '') throw noPath(file)
      const { DatabaseSync: Database } = await import('node:sqlite')
      const native = open(() => new Database(file), file)
      try {
        native.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON`)
        // A read-only file opens without complaint; only a write finds out, and better now than with the first request.
        native.exec('BEGIN IMMEDIATE; ROLLBACK')
        if (options.schema !== undefined) native.exec(options.schema)
      } catch (error) {
        native.close()
        throw unusable(file, error)
      }
      return new SqliteDatabase(native, file === ':memory:' ? file : basename(file))
    },
    check: (database) => void database.native.prepare('SELECT 1').get(),
    stop: (database) => database.native.close(),
  }
}

function open(create: () => DatabaseSync, file: string): DatabaseSync {
  try {
    return create()
  } catch (error) {
    throw unusable(file, error)
  }
}

function noPath(got: unknown): SeaworthyError {
  return new SeaworthyError(
    'SEA_OPTIONS_INVALID',
    `the function given to sqlite() must return the path of a file, got ${got === undefined ? 'nothing (is a return missing?)' : describeKind(got)}`,
    { hint: 'Return the path from the configuration, or ":memory:".' },
  )
}

function unusable(file: string, cause: unknown): SeaworthyError {
  return new SeaworthyError(
    'SEA_SQLITE_UNUSABLE',
    `The database file ${file} can't be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      hint: 'Check that its folder exists and that this process may write there.',
      cause,
    },
  )
}
