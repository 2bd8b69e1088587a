import { type Clock, type HealthCheckResult, systemClock } from 'seaworthy'

interface Trouble {
  readonly status: 'degraded' | 'unhealthy'
  readonly message: string
  /** Whether an attempt to write shows that it is over. */
  readonly ofWrites?: true
}

/**
 * What the lowest eight bits of `errcode` say about the file, rather than about the statement.
 *
 * @see https://sqlite.org/rescode.html#primary_result_code_list
 */
const TROUBLES: Readonly<Record<number, Trouble>> = {
  5: {
    status: 'degraded',
    message: 'the database is locked by another process: statements fail that write',
    ofWrites: true,
  },
  8: { status: 'degraded', message: 'the database can only be read: statements fail that write', ofWrites: true },
  10: { status: 'unhealthy', message: 'the disk fails: statements fail that read or write' },
  11: { status: 'unhealthy', message: 'the file is damaged: it has to be restored' },
  13: { status: 'degraded', message: 'the disk is full: statements fail that write' },
  14: { status: 'unhealthy', message: 'a file of the database can not be opened any more' },
  26: { status: 'unhealthy', message: 'the file is no database any more: it has to be restored' },
}

/** For how long something is told of that only statements like the one that failed would show to be over. */
const TOLD_FOR_MS = 30_000

/** Remembers what statements have failed with, where that is no fault of theirs. */
export class FileTrouble {
  readonly #clock: Clock
  #trouble: Trouble | undefined = undefined
  #seenAtMs = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  saw(error: unknown): void {
    const errcode = (error as { readonly errcode?: unknown } | null | undefined)?.errcode
    const trouble = typeof errcode === 'number' ? TROUBLES[errcode & 0xff] : undefined
    if (trouble === undefined) return
    this.#trouble = trouble
    this.#seenAtMs = this.#clock.now()
  }

  /** Something was written. Of a disk that is full that says little: less may have been enough for it. */
  wrote(): void {
    if (this.#trouble?.ofWrites === true) this.#trouble = undefined
  }

  /** `undefined` for none. */
  get current(): HealthCheckResult | undefined {
    const trouble = this.#trouble
    if (trouble === undefined) return undefined
    const { status, message, ofWrites } = trouble
    const isOver = ofWrites !== true && this.#clock.now() - this.#seenAtMs >= TOLD_FOR_MS
    if (!isOver) return { status, message }
    this.#trouble = undefined
    return undefined
  }

  /** Whether an attempt to write would show whether it is over. */
  get canBeTried(): boolean {
    return this.#trouble?.ofWrites === true
  }
}
