import { fileURLToPath } from 'node:url'
import { OTHER_CORE, PinnedProcess } from './pinned-process.ts'
import type { SinkCount, SinkOrder } from './sink-process.ts'

/** Where all telemetry goes, seen from the benchmark. */
export class Sink {
  readonly #process: PinnedProcess

  private constructor(process: PinnedProcess) {
    this.#process = process
  }

  static async start(): Promise<Sink> {
    const file = fileURLToPath(new URL('./sink-process.ts', import.meta.url))
    const { process: started } = await PinnedProcess.start({
      name: 'the sink',
      node: process.execPath,
      args: [file],
      env: {},
      core: OTHER_CORE,
    })
    return new Sink(started)
  }

  async open(protocol: 'http' | 'grpc'): Promise<number> {
    const { port } = await this.#process.ask<{ port: number }>({ ask: 'open', protocol } satisfies SinkOrder)
    return port
  }

  /** Of every port, what came since it was opened. */
  async count(): Promise<ReadonlyMap<number, SinkCount>> {
    const counts = await this.#process.ask<readonly SinkCount[]>({ ask: 'count' } satisfies SinkOrder)
    return new Map(counts.map((count) => [count.port, count]))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.end()
  }
}
