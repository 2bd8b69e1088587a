import type { Clock, Log } from 'seaworthy'
import { ConnectionErrors, type ConnectionFailure } from './connection-metrics.ts'

/** Whose outages are told of, and to whom. */
export interface OutagePlan {
  /** How lines call it, such as `PostgreSQL`. */
  readonly system: string
  /** `db.system.name` of the metrics. */
  readonly systemName: string
  /** The name of the component. */
  readonly dependency: string
  readonly log: Log
  readonly clock: Clock
}

/** Between two outages that are told of: something that comes and goes is counted, and told of six times a minute. */
const LEAST_PAUSE_MS = 10_000

/**
 * Tells of the connections of a database that fail: a line when that begins and one when it is over, however many break in
 * between. All are counted.
 */
export class Outage {
  readonly #plan: OutagePlan
  readonly #metrics: ConnectionErrors
  #isOn = false
  #isTold = false
  #sinceMs = 0
  #errors = 0
  #toldAtMs = -Infinity

  constructor(plan: OutagePlan) {
    this.#plan = plan
    this.#metrics = new ConnectionErrors(plan.dependency, plan.systemName)
  }

  failed(error: unknown, kind: ConnectionFailure): void {
    this.#metrics.add(kind)
    this.#errors += 1
    if (this.#isOn) return
    const { clock, dependency, log, system } = this.#plan
    const now = clock.now()
    this.#isOn = true
    this.#errors = 1
    this.#sinceMs = now
    this.#isTold = now - this.#toldAtMs >= LEAST_PAUSE_MS
    if (!this.#isTold) return
    this.#toldAtMs = now
    const fields = { event: 'database.connection.lost', dependency, kind, err: error }
    quietly(() => log.warn(fields, `${dependency}: ${WHAT[kind]} ${system}: ${describe(error)}`))
  }

  /** It works again. */
  end(): void {
    if (!this.#isOn) return
    this.#isOn = false
    if (!this.#isTold) return
    const { clock, dependency, log, system } = this.#plan
    const outageMs = Math.round(clock.now() - this.#sinceMs)
    const fields = { event: 'database.connection.restored', dependency, outageMs, errors: this.#errors }
    quietly(() => log.info(fields, `${dependency}: ${system} answers again`))
  }
}

const WHAT: Readonly<Record<ConnectionFailure, string>> = {
  connect: "can't connect to",
  timeout: 'no answer of',
  lost: 'lost a connection to',
}

/** Somebody's log throws: that is not what the call was about. */
function quietly(tell: () => void): void {
  try {
    tell()
  } catch {}
}

/** A server that is down answers at several addresses: Node then gives an error without a text of its own. */
export function describe(cause: unknown): string {
  const errors: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause]
  return errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ')
}
