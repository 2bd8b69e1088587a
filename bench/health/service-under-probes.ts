import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/core/clock.ts'
import { settleWithin } from '../../src/core/wait.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { CAN_PIN, SERVICE_CORE } from '../telemetry/pinned-process.ts'
import * as settings from './settings.ts'
import type { Variant } from './variants.ts'

export interface Place {
  readonly port: number
  readonly path: string
}

interface Where {
  readonly port: number
  readonly live: Place
  readonly ready: Place
}

/** How many processors the service has: the figures of a container with a limit of one are those of one. */
export type Processors = 'one' | 'all'
export const PROCESSORS: readonly Processors[] = CAN_PIN ? ['one', 'all'] : ['all']

export interface StartOptions {
  readonly variant: Variant
  readonly processors: Processors
  /** The built package. */
  readonly seaworthy: string
  /** The folder of the variant's file. @default `services` beside this */
  readonly services?: URL
}

/** One service of a variant in a process of its own. */
export class ServiceUnderProbes {
  readonly where: Where
  readonly #process: OwnedProcess
  readonly #output: string[]

  private constructor(owned: OwnedProcess, where: Where, output: string[]) {
    this.#process = owned
    this.where = where
    this.#output = output
  }

  static async start({
    variant,
    processors,
    seaworthy,
    services = new URL('services/', import.meta.url),
  }: StartOptions): Promise<ServiceUnderProbes> {
    const file = fileURLToPath(new URL(variant.file, services))
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', file]
    const [command = '', ...args] = processors === 'one' ? ['taskset', '-c', String(SERVICE_CORE), ...node] : node
    const ready = Promise.withResolvers<Where>()
    const output: string[] = []
    const owned = await OwnedProcess.start({
      command,
      args,
      clock: systemClock,
      env: {
        PATH: process.env['PATH'],
        BENCH_SEAWORTHY: `${seaworthy}/dist/public/index.js`,
        BENCH_CHECK_MS: String(settings.CHECK_MS),
        BENCH_STUCK_AFTER_MS: String(settings.STUCK_AFTER_MS),
        OTEL_SDK_DISABLED: 'true',
        ...variant.env,
      },
      onLine: (line) => {
        output.push(line)
        if (line.startsWith('ready ')) ready.resolve(JSON.parse(line.slice('ready '.length)) as Where)
      },
    })
    const settled = await settleWithin(systemClock, settings.START_LIMIT_MS, () => ready.promise)
    if (settled.outcome === 'done') return new ServiceUnderProbes(owned, settled.value, output)
    owned.signal('SIGKILL')
    throw new Error(
      `${variant.name} was not ready within ${settings.START_LIMIT_MS} ms: ${output.slice(-5).join('\n')}`,
    )
  }

  /** Whether a line of its output has this text. */
  said(text: string): boolean {
    return this.count(text) > 0
  }

  /** How many lines of its output have this text. */
  count(text: string): number {
    return this.#output.filter((line) => line.includes(text)).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.signal('SIGKILL')
    await this.#process.exit
  }
}
