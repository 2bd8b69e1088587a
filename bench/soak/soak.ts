import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import type { Signal } from '../../src/otlp/model.ts'
import { otelEnvironment } from '../../src/receiver/otel-environment.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import type { SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'
import { type LoadFigures, keepAsking } from './load.ts'
import type { Held, ToParent } from './messages.ts'
import { Numbered } from './numbered.ts'
import { keepFailing } from './outages.ts'

export interface SoakOptions {
  readonly clock: Clock
  readonly minutes: number
  readonly connections: number
  readonly seed: number
  /** What the service keeps of each order, to show that growth is seen; 0 for nothing. */
  readonly leakBytes: number
  readonly abort: AbortSignal
  readonly onSample: (sample: Sample) => void
}

export interface Sample extends Held {
  /** Since the load began. */
  readonly atMs: number
  readonly spoolBytes: number
}

export interface SoakResult {
  readonly seconds: number
  readonly requests: number
  readonly failedRequests: number
  readonly outages: number
  readonly samples: readonly Sample[]
  /** What was numbered and has arrived: a span and a log record for each order. */
  readonly orders: { readonly created: number; readonly spans: number; readonly logs: number; readonly twice: number }
  /** After the end. */
  readonly accounts: Readonly<Record<Signal, SignalAccount>>
  readonly stopMs: number
}

const SERVICE = fileURLToPath(new URL('services/service.ts', import.meta.url))
const SAMPLE_EVERY_MS = 10_000
/**
 * What this load writes in 10 s, the time that an attempt may take, is about the default of 128 MiB: a collector that takes
 * connections and says nothing would have it drop, and count, what this is to see arrive.
 */
export const SPOOL_MAX_BYTES = '1GiB'
/** For a start, an answer or an end of the service. */
const LIMIT_MS = 60_000
/** Everything is counted as it comes, nothing needs to be kept. */
const KEPT = { maxSpans: 1000, maxLogRecords: 1000, maxMetricPoints: 1000 }

/** One service under full load for `minutes`, with a collector that fails from time to time. Ends what it has started. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { clock, minutes, abort } = options
  const spool = mkdtempSync(join(tmpdir(), 'seaworthy-soak-'))
  const spans = new Numbered()
  const logs = new Numbered()
  const store = new TelemetryStore(KEPT)
  store.on('span', ({ name, attributes }) => name === 'order' && spans.add(Number(attributes['order'])))
  store.on('log', ({ body, attributes }) => body === 'order placed' && logs.add(Number(attributes['order'])))
  await using receiver = createReceiver({ store, stopGraceMs: 0 })
  const address = await receiver.start()
  const flags = ['--disable-warning=ExperimentalWarning', '--conditions=seaworthy-source', '--expose-gc']
  const child = spawn(process.execPath, [...flags, SERVICE], {
    // Log lines go nowhere: a pipe would have to be read as fast as they come.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...otelEnvironment(address),
      SEAWORTHY_SPOOL_DIR: spool,
      SEAWORTHY_SPOOL_MAX_BYTES: SPOOL_MAX_BYTES,
      SEAWORTHY_LOG_LEVEL: 'info',
      SOAK_LEAK: String(options.leakBytes),
    },
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    const service = new ServiceTalk(child, clock)
    const { port } = await service.hear('ready')
    const end = new AbortController()
    const signal = AbortSignal.any([end.signal, abort])
    const figures: LoadFigures = { answered: 0, failed: 0 }
    const startedAt = clock.now()
    const load = keepAsking({ clock, port, connections: options.connections, figures, signal })
    const failing = keepFailing(receiver, { clock, seed: options.seed, signal })
    const samples: Sample[] = []
    while (clock.now() - startedAt < minutes * 60_000 && !abort.aborted) {
      await sleep(clock, SAMPLE_EVERY_MS, { signal: abort })
      child.send('sample')
      const { held } = await service.hear('sample')
      const sample = { ...held, atMs: Math.round(clock.now() - startedAt), spoolBytes: bytesIn(spool) }
      samples.push(sample)
      options.onSample(sample)
    }
    end.abort()
    const seconds = (clock.now() - startedAt) / 1000
    await load
    const outages = await failing
    const stoppedAt = clock.now()
    child.send('stop')
    const { orders, report } = await service.hear('stopped')
    const stopMs = Math.round(clock.now() - stoppedAt)
    const accounts = report.flushes['telemetry']?.details as unknown as Readonly<Record<Signal, SignalAccount>>
    return {
      seconds: Math.round(seconds),
      requests: figures.answered,
      failedRequests: figures.failed,
      outages,
      samples,
      orders: { created: orders, spans: spans.count, logs: logs.count, twice: spans.repeated + logs.repeated },
      accounts,
      stopMs,
    }
  } finally {
    kill()
    process.off('exit', kill)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(spool, { recursive: true, force: true })
  }
}

/** What the service says, one thing at a time. */
class ServiceTalk {
  readonly #child: ChildProcess
  readonly #clock: Clock

  constructor(child: ChildProcess, clock: Clock) {
    this.#child = child
    this.#clock = clock
  }

  hear<K extends ToParent['kind']>(kind: K): Promise<Extract<ToParent, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        end()
        reject(new Error(`the service ${why} before it said "${kind}"`))
      }
      const listen = (message: unknown): void => {
        if ((message as ToParent).kind !== kind) return
        end()
        resolve(message as Extract<ToParent, { kind: K }>)
      }
      const onExit = (): void => fail('ended')
      const cancel = this.#clock.schedule(LIMIT_MS, () => fail(`took ${LIMIT_MS} ms`))
      const end = (): void => {
        cancel()
        this.#child.off('message', listen).off('exit', onExit)
      }
      this.#child.on('message', listen).once('exit', onExit)
    })
  }
}

/** Of all files below a directory; one that goes meanwhile counts nothing. */
function bytesIn(directory: string): number {
  let bytes = 0
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false })
    if (stats?.isFile() === true) bytes += stats.size
  }
  return bytes
}
