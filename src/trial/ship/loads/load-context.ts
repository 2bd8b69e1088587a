import type { Clock } from '../../../core/clock.ts'
import type { RawConnectionOptions } from '../../../load/raw-connection-options.ts'
import type { Random } from '../../../load/random.ts'
import type { Facts } from '../../facts.ts'
import type { History } from '../../history/history.ts'
import { Lateness } from '../lateness.ts'
import type { LoadsOptions, Target } from '../loads-options.ts'

/** Something that is open and can be given up at once. */
export interface Abandonable {
  /** Closes it; what waits on it is `unsettled`. */
  abandon(): void
}

/** What the loads of one lifetime share. */
export class LoadContext {
  readonly history: History
  readonly clock: Clock
  readonly random: Random
  readonly facts: Facts
  readonly lateness: Lateness
  /** Everything that is open now. */
  readonly open = new Set<Abandonable>()
  wireDelayMs = 0
  readonly #options: LoadsOptions
  #requests = 0
  #connections = 0
  #turns = 0
  #keptBodies = 0

  constructor(options: LoadsOptions) {
    this.history = options.history
    this.clock = options.clock
    this.random = options.random
    this.facts = options.facts
    this.lateness = options.lateness ?? new Lateness()
    this.#options = options
  }

  nextRequestId(): number {
    return this.#requests++
  }

  nextConnectionId(): number {
    return this.#connections++
  }

  /** Counts on, so that routes take turns. */
  nextTurn(): number {
    return this.#turns++
  }

  /** Whether one more body of an error may be written down. */
  mayKeepBody(): boolean {
    this.#keptBodies++
    return this.#keptBodies <= MAX_KEPT_BODIES
  }

  target(): Target | undefined {
    const { target, host, port } = this.#options
    return target === undefined ? { host, port } : target()
  }

  /** What every connection to `target` is made with. */
  wireTo({ host, port }: Target): RawConnectionOptions {
    return {
      clock: this.clock,
      host,
      port,
      wireDelayMs: this.wireDelayMs,
      keepBodyBytes: KEEP_BODY_BYTES,
      ...(this.facts.protocol.tls ? { tls: { rejectUnauthorized: false } } : {}),
    }
  }
}

/** Bodies of errors that are written down in a lifetime. */
const MAX_KEPT_BODIES = 200
/** Of an answer: enough to see whose it is, and what an error says. */
const KEEP_BODY_BYTES = 4 * 1024
