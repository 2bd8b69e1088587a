/**
 * SQLite as a resource of a service: `node:sqlite`, which is part of Node.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { basename } from 'node:path'
import { DatabaseSpans, type HealthCheckResult, type ResourceDefinition, SeaworthyError } from 'seaworthy'
import { requireArgument } from './options/read-options.ts'
import { describeKind, OptionReader } from './options/runtime-checks.ts'
import { FileTrouble } from './sqlite/file-trouble.ts'
import { type NativeMethods, observeNative, runObserved } from './sqlite/observed-native.ts'

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
  /**
   * The database itself, for what is not covered here. `exec()` and what `prepare()` returns are traced and measured as
   * well; `iterate()` where Node publishes it.
   */
  readonly native: DatabaseSync
  readonly #methods: NativeMethods
  readonly #spans: DatabaseSpans
  readonly #trouble = new FileTrouble()
  readonly #busyTimeoutMs: number
  readonly #statements = new Map<string, StatementSync>()

  /** @internal Use {@link sqlite}. */
  constructor(native: DatabaseSync, namespace: string, busyTimeoutMs: number) {
    this.native = native
    this.#busyTimeoutMs = busyTimeoutMs
    this.#spans = new DatabaseSpans({ system: 'sqlite', namespace })
    this.#methods = observeNative(native, this.#spans, this.#trouble)
  }

  /** All rows. */
  all<T = Row>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#run(sql, () => this.#prepare(sql).all(...parameters) as T[])
  }

  /** The first row, or `undefined`. */
  get<T = Row>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    return this.#run(sql, () => this.#prepare(sql).get(...parameters) as T | undefined)
  }

  /** Runs a statement that returns no rows. */
  run(
    sql: string,
    ...parameters: SQLInputValue[]
  ): { readonly changes: number; readonly lastInsertRowid: number | bigint } {
    const { changes, lastInsertRowid } = this.#run(sql, () => this.#prepare(sql).run(...parameters))
    if (Number(changes) > 0 && !this.native.isTransaction) this.#trouble.wrote()
    return { changes: Number(changes), lastInsertRowid }
  }

  /** Runs `work` between BEGIN and COMMIT; rolls back when it throws. `work` must be synchronous. */
  transaction<T>(work: () => T): T {
    this.#execute('BEGIN IMMEDIATE')
    try {
      const value = work()
      this.#execute('COMMIT')
      this.#trouble.wrote()
      return value
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /**
   * Reads from the file. Where statements have failed because it can't be written to, it also tries whether it can again,
   * without waiting for a lock and without changing anything.
   *
   * @internal
   */
  check(): HealthCheckResult | undefined {
    this.#methods.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get()
    if (this.#trouble.canBeTried && !this.native.isTransaction) this.#tryWrite()
    return this.#trouble.current
  }

  #tryWrite(): void {
    const { exec } = this.#methods
    exec('PRAGMA busy_timeout = 0')
    try {
      exec('BEGIN IMMEDIATE')
      this.#trouble.wrote()
    } catch (error) {
      this.#trouble.saw(error)
    } finally {
      this.#rollBack()
      exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`)
    }
  }

  #rollBack(): void {
    // SQLite has done it already for some errors. Node 22.15 can't say so.
    const { isTransaction = true } = this.native as { readonly isTransaction?: boolean }
    if (!isTransaction) return
    try {
      this.#methods.exec('ROLLBACK')
    } catch {}
  }

  /** Its span would say nothing that those of the statements around it do not, unless it fails. */
  #execute(sql: string): void {
    try {
      this.#methods.exec(sql)
    } catch (error) {
      this.#run(sql, () => {
        throw error
      })
    }
  }

  #run<T>(sql: string, call: () => T): T {
    return runObserved(this.#spans, this.#trouble, sql, call)
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) {
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.#methods.prepare(sql)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size >= MAX_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, statement)
    return statement
  }
}

/**
 * A SQLite database file as a resource: opened (write-ahead log, foreign keys on) and its schema applied at the start,
 * checked by a read, closed at the stop. It is *degraded* while statements fail because the file is locked by another
 * process or can't be written to, and unhealthy when it can't be read. There is no circuit breaker: a file refuses at once,
 * and has nobody who would be overrun.
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
      return new SqliteDatabase(native, file === ':memory:' ? file : basename(file), busyTimeoutMs)
    },
    check: (database) => database.check(),
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
