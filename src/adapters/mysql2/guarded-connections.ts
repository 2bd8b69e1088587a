import { SeaworthyError } from 'seaworthy'
import type { DatabaseGuard } from '../database/database-guard.ts'
import { isQueryTimeout, type MysqlCommand, type MysqlConnection } from './mysql-client.ts'

interface Seen {
  /** Whether somebody has it. */
  isOut: boolean
  /** Whether it is known to be at its end: what is seen of it after that says nothing more. */
  isOver: boolean
  /** How often something was heard on it. */
  heard: number
}

/** The connections that a pool has made, and what is seen of them. */
export class GuardedConnections {
  readonly #guard: DatabaseGuard
  readonly #open = new Map<MysqlConnection, Seen>()
  #onBack = (): void => {}

  constructor(guard: DatabaseGuard) {
    this.#guard = guard
  }

  get count(): number {
    return this.#open.size
  }

  get used(): number {
    let used = 0
    for (const { isOut } of this.#open.values()) if (isOut) used += 1
    return used
  }

  /** One was made. */
  add(connection: MysqlConnection): void {
    const guard = this.#guard
    const { mark } = guard
    const seen: Seen = { isOut: true, isOver: false, heard: 0 }
    this.#open.set(connection, seen)
    const end = (error: unknown): void => {
      this.#open.delete(connection)
      this.#onBack()
      if (seen.isOver) return
      seen.isOver = true
      guard.lost(error, mark)
    }
    // The pool listens for the first error only, and some connections have two of them.
    connection.on('error', end)
    // The server has closed it. When this side has, its state says so.
    connection.on('end', () => {
      if (connection.state === 'disconnected') seen.isOver = true
      end(given('The server has closed a connection'))
    })
    connection.stream?.on('close', () => {
      seen.isOver = true
      end(undefined)
    })
    connection.stream?.on('data', () => {
      seen.heard += 1
      guard.answered()
    })
    this.#watch(connection, seen, 'query')
    this.#watch(connection, seen, 'execute')
  }

  setOut(connection: MysqlConnection, isOut: boolean): void {
    const seen = this.#open.get(connection)
    if (seen === undefined) return
    seen.isOut = isOut
    if (!isOut) this.#onBack()
  }

  /** At once: one that is only closed waits for a server that may be frozen, and its query with it. */
  cut(connection: MysqlConnection): void {
    const seen = this.#open.get(connection)
    if (seen !== undefined) seen.isOver = true
    if (connection.stream === undefined) connection.destroy()
    else connection.stream.destroy(given('A connection to MySQL was given up, because nothing was heard'))
  }

  cutIdle(): void {
    for (const [connection, { isOut }] of this.#open) if (!isOut) this.cut(connection)
  }

  cutAll(): void {
    for (const connection of this.#open.keys()) this.cut(connection)
  }

  /** Resolves once nobody has a connection. */
  whenBack(): Promise<void> {
    return new Promise((resolve) => {
      this.#onBack = () => {
        if (this.used === 0) resolve()
      }
      this.#onBack()
    })
  }

  /**
   * A query with a time limit that is over leaves its connection in use until the server has answered after all. Where
   * nothing at all is heard, it is not waited for. Where other connections are answered, this one may be at work, or dead:
   * it has as long again.
   */
  #watch(connection: MysqlConnection, seen: Seen, method: 'query' | 'execute'): void {
    const guard = this.#guard
    const call = connection[method]
    connection[method] = (...args) => {
      const command = call.apply(connection, args) as MysqlCommand
      const { onResult, timeout } = command
      if (typeof onResult !== 'function' || timeout === undefined || timeout <= 0) return command
      const { answers } = guard
      const { heard } = seen
      command.onResult = (error, ...results) => {
        if (isQueryTimeout(error) && seen.heard === heard) {
          guard.timedOut(error, answers)
          if (guard.answers === answers) this.cut(connection)
          else this.#cutAfter(timeout, connection, seen)
        }
        onResult(error, ...results)
      }
      return command
    }
  }

  #cutAfter(delayMs: number, connection: MysqlConnection, seen: Seen): void {
    const { heard } = seen
    const cutIfSilent = (): void => {
      if (seen.heard !== heard || seen.isOver) return
      this.cut(connection)
      // Others are answered, so it says nothing of the server.
      this.#guard.lost(given('Nothing was heard on a connection for twice the time that its query had'), OF_BEFORE)
    }
    this.#guard.clock.schedule(delayMs, cutIfSilent, { keepAlive: false })
  }
}

/** The mark of a connection whose end is no news of the server. */
const OF_BEFORE = -1

function given(what: string): SeaworthyError {
  return new SeaworthyError('SEA_CONNECTION_LOST', what, { hint: 'Check that the database runs and can be reached.' })
}
