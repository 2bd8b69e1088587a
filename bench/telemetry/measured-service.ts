import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PinnedProcess, SERVICE_CORE } from './pinned-process.ts'
import type { Sink } from './sink.ts'
import type { Surroundings, Variant } from './variants.ts'

/** What a service says of itself. */
export interface Mark {
  /** Of the whole process since it began, in the kernel too, in microseconds. */
  readonly cpuUs: number
  readonly rssBytes: number
}

/** Pauses of the event loop since they were watched. */
export interface Watched {
  /** The longest stretch of work, by the processor time of the loop's thread. */
  readonly workMaxMs: number
  /** How often it worked for longer than 2 ms without a break. */
  readonly workPauses: number
  /** The longest time it stood still, for whatever reason. */
  readonly maxMs: number
  readonly p99Ms: number
  /** How often it stood still for longer than 2 ms. */
  readonly pauses: number
}

/** What memory is made of, in bytes: that of the process, and the spaces of the heap. */
export type Memory = Readonly<Record<string, number>>

/** The account of spans that ours keep. */
export interface Account {
  readonly created: number
  readonly delivered: number
  readonly rejected: number
  readonly spooled: number
  readonly pending: number
  readonly dropped: Readonly<Record<string, number>>
}

export interface MeasuredOptions {
  readonly variant: Variant
  readonly node: string
  readonly sink: Sink
  readonly seaworthy: string
  /** Another program with the same telemetry. @default the service of the variant */
  readonly program?: string
  readonly nodeArgs?: readonly string[]
}

const FIRST_ANSWER_LIMIT_MS = 10_000

/** A variant that runs. */
export class MeasuredService {
  readonly variant: Variant
  readonly port: number
  readonly sinkPort: number
  /** From the spawn to the first answer. */
  readonly startUpMs: number
  readonly #process: PinnedProcess
  readonly #folder: string

  private constructor(
    variant: Variant,
    { port, sinkPort, startUpMs }: Pick<MeasuredService, 'port' | 'sinkPort' | 'startUpMs'>,
    process: PinnedProcess,
    folder: string,
  ) {
    this.variant = variant
    this.port = port
    this.sinkPort = sinkPort
    this.startUpMs = startUpMs
    this.#process = process
    this.#folder = folder
  }

  static async start(options: MeasuredOptions): Promise<MeasuredService> {
    const { variant, node, sink, seaworthy, program = variant.service, nodeArgs = [] } = options
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
    const sinkPort = await sink.open(variant.protocol)
    const surroundings: Surroundings = { sinkPort, folder, seaworthy }
    try {
      const { process: started, first } = await PinnedProcess.start<{ port: number }>({
        name: variant.name,
        node,
        args: [
          ...nodeArgs,
          ...variant.args(surroundings),
          fileURLToPath(new URL(`services/${program}`, import.meta.url)),
        ],
        env: variant.env(surroundings),
        core: SERVICE_CORE,
      })
      if (program === variant.service) await firstAnswer(first.port)
      const startUpMs = performance.now() - started.spawnedAt
      return new MeasuredService(variant, { port: first.port, sinkPort, startUpMs }, started, folder)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  mark(): Promise<Mark> {
    return this.#process.ask({ ask: 'mark' })
  }

  async watch(): Promise<void> {
    await this.#process.ask({ ask: 'watch' })
  }

  watched(): Promise<Watched> {
    return this.#process.ask({ ask: 'watched' })
  }

  /** Has it send what it holds. */
  flush(): Promise<{ readonly account: Account | null }> {
    return this.#process.ask({ ask: 'flush' })
  }

  ask<T>(question: object): Promise<T> {
    return this.#process.ask(question)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** One request on a connection of its own, as a probe would send it. */
function firstAnswer(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: FIRST_ANSWER_LIMIT_MS })
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${FIRST_ANSWER_LIMIT_MS} ms`)))
    socket.once('error', reject)
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.write('GET /orders/7 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
  })
}
