/** A collector in a process of its own, whose faults are those of the receiver: seen from the benchmark, and the process. */
import { fileURLToPath } from 'node:url'
import type { Fault } from '../../src/receiver/fault.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { OTHER_CORE, PinnedProcess } from '../telemetry/pinned-process.ts'

/** Items that arrived since it began. */
export interface Arrived {
  readonly spans: number
  readonly points: number
}

type Question = { readonly ask: 'arrived' } | { readonly ask: 'fault'; readonly fault: Fault | null }

export class Collector {
  readonly endpoint: string
  readonly #process: PinnedProcess

  private constructor(process: PinnedProcess, endpoint: string) {
    this.#process = process
    this.endpoint = endpoint
  }

  static async start(): Promise<Collector> {
    const { process: started, first } = await PinnedProcess.start<{ endpoint: string }>({
      name: 'the collector',
      node: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), 'serve'],
      env: {},
      core: OTHER_CORE,
    })
    return new Collector(started, first.endpoint)
  }

  async setFault(fault: Fault | undefined): Promise<void> {
    await this.#process.ask<object>({ ask: 'fault', fault: fault ?? null } satisfies Question)
  }

  arrived(): Promise<Arrived> {
    return this.#process.ask({ ask: 'arrived' } satisfies Question)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.end()
  }
}

/** Everything is counted as it comes, nothing needs to be kept. */
const KEPT = { maxSpans: 1000, maxLogRecords: 1000, maxMetricPoints: 1000 }

if (import.meta.main && process.argv[2] === 'serve') {
  const receiver = createReceiver({ store: new TelemetryStore(KEPT), stopGraceMs: 0 })
  const { endpoint } = await receiver.start()
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question: Question) => {
    const { traces, metrics } = receiver.counts.bySignal
    if (question.ask === 'arrived') process.send?.({ spans: traces.items, points: metrics.items } satisfies Arrived)
    else void receiver.setFault(question.fault ?? undefined).then(() => process.send?.({}))
  })
  process.send?.({ endpoint })
}
