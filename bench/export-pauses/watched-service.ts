import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/process/free-port.ts'
import { PinnedProcess, SERVICE_CORE } from '../telemetry/pinned-process.ts'
import type { Moment } from './moments.ts'
import { COLLECT_EVERY_MS, LIMITS_MS, TURN_US } from './settings.ts'
import { argsOf, environmentOf, type Variant } from './variants.ts'

/** What the loop did while it was watched; times are processor time of its thread. */
export interface Turns {
  readonly turns: number
  /** How many took longer than each of the limits. */
  readonly over: readonly number[]
  readonly longestMs: number
  /** Of the longest, how long garbage was collected. */
  readonly longestGcMs: number
  /** Collections of the whole heap. */
  readonly majorCollections: number
  /** Spans since the process began. */
  readonly created: number
}

export interface WatchedOptions {
  readonly variant: Variant
  readonly moment?: Moment
  readonly endpoint: string
  readonly seaworthy: string
  readonly spoolDir: string
  readonly perS: number
  readonly series: number
  /** From its first turn on. */
  readonly isWatched?: boolean
}

const PROGRAM = fileURLToPath(new URL('../telemetry/services/busy.cjs', import.meta.url))

/** A service whose loop is never idle, on a processor of its own. */
export class WatchedService {
  readonly scrapePort: number
  readonly #process: PinnedProcess

  private constructor(process: PinnedProcess, scrapePort: number) {
    this.#process = process
    this.scrapePort = scrapePort
  }

  static async start(options: WatchedOptions): Promise<WatchedService> {
    const { variant, moment, perS, series } = options
    const scrapePort = await freePort()
    const environment = environmentOf(variant, { ...options, moment, scrapePort, collectEveryMs: COLLECT_EVERY_MS })
    const { process: started } = await PinnedProcess.start<object>({
      name: variant.name,
      node: process.execPath,
      args: [...argsOf(variant), PROGRAM],
      env: {
        ...environment,
        BENCH_BUSY: JSON.stringify({ perS, series, turnUs: TURN_US, limitsMs: LIMITS_MS }),
        BENCH_WATCH: options.isWatched === true ? '1' : '0',
      },
      core: SERVICE_CORE,
    })
    return new WatchedService(started, scrapePort)
  }

  async watch(): Promise<void> {
    await this.#process.ask({ ask: 'watchTurns' })
  }

  watched(): Promise<Turns> {
    return this.#process.ask({ ask: 'watchedTurns' })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.end()
  }
}
