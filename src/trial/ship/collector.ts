import type { Clock } from '../../core/clock.ts'
import { formatDuration, parseDuration } from '../../core/duration.ts'
import { sleep } from '../../core/wait.ts'
import type { EndedExport } from '../../receiver/ended-export.ts'
import type { Fault } from '../../receiver/fault.ts'
import { createReceiver, type Receiver, type ReceiverAddress } from '../../receiver/receiver.ts'
import { TelemetryStore } from '../../store/telemetry-store.ts'
import type { History } from '../history/history.ts'
import { toLogEvent, toMetricEvent, toSpanEvent } from './telemetry-to-event.ts'

export interface CollectorOptions {
  readonly history: History
  readonly clock: Clock
  /** How it is from the beginning. @default healthy */
  readonly fault?: Fault
}

/** What arrives goes into the history; the store only hands it on. */
const KEPT = 100

/** The collector of one lifetime: all that reaches it is written down, and it fails as it is told. */
export class Collector {
  readonly address: ReceiverAddress
  readonly #receiver: Receiver
  readonly #history: History
  readonly #clock: Clock
  #arrivedAt: number

  private constructor(receiver: Receiver, address: ReceiverAddress, { history, clock }: CollectorOptions) {
    this.#receiver = receiver
    this.address = address
    this.#history = history
    this.#clock = clock
    this.#arrivedAt = clock.now()
    const { store } = receiver
    store.on('span', (span) => this.#add(toSpanEvent(span, history)))
    store.on('log', (record) => this.#add(toLogEvent(record, history)))
    store.on('metric', (point) => this.#add(toMetricEvent(point, history)))
  }

  static async start(options: CollectorOptions): Promise<Collector> {
    const { clock, history, fault } = options
    const receiver = createReceiver({
      clock,
      store: new TelemetryStore({ clock, maxSpans: KEPT, maxLogRecords: KEPT, maxMetricPoints: KEPT }),
      onExport: (ended) => history.add(toExportEvent(ended, history)),
      stopGraceMs: 0,
    })
    const collector = new Collector(receiver, await receiver.start(), options)
    if (fault !== undefined) await collector.setFault(fault)
    return collector
  }

  /** From now on, and written down. `undefined` is healthy. */
  async setFault(fault: Fault | undefined): Promise<void> {
    await this.#receiver.setFault(fault)
    const detail = fault === undefined ? '' : describe(fault)
    this.#history.add({
      kind: 'fault',
      target: 'collector',
      fault: fault?.kind ?? 'none',
      ...(detail === '' ? {} : { detail }),
    })
  }

  /** Waits until nothing new has arrived for `quietMs`, counted from now at the earliest; for `timeoutMs` at most. */
  async whenQuiet(
    { quietMs, timeoutMs }: { readonly quietMs: number; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const calledAt = this.#clock.now()
    const until = calledAt + timeoutMs
    while (!signal.aborted) {
      const now = this.#clock.now()
      const quietAt = Math.min(Math.max(this.#arrivedAt, calledAt) + quietMs, until)
      if (now >= quietAt) return
      await sleep(this.#clock, quietAt - now, { signal })
    }
  }

  stop(): Promise<void> {
    return this.#receiver.stop()
  }

  #add(event: Parameters<History['add']>[0]): void {
    this.#arrivedAt = this.#clock.now()
    this.#history.add(event)
  }
}

function toExportEvent(ended: EndedExport, history: History): Parameters<History['add']>[0] {
  const { signal, transport, startedAtMs, endedAtMs, itemCount, byteCount, fault } = ended
  return {
    kind: 'export',
    signal,
    protocol: transport,
    startedAt: history.at(startedAtMs),
    at: history.at(endedAtMs),
    itemCount,
    byteCount,
    ...(fault === undefined ? {} : { fault }),
  }
}

/** What a person would add to the name of the fault. */
function describe(fault: Fault): string {
  const duration = (value: string | number): string => formatDuration(parseDuration(value) ?? 0)
  switch (fault.kind) {
    case 'slow':
      return `+${duration(fault.delay)}`
    case 'status':
      return `${fault.httpStatus ?? 503}`
    case 'flap':
      return `${fault.fault.kind} for ${duration(fault.faulty)}, none for ${duration(fault.healthy ?? fault.faulty)}`
    case 'reset':
      return `at ${fault.at ?? 'answer'}`
    case 'blackhole':
      return `at ${fault.at ?? 'request'}`
    case 'refuse':
    case 'syn-blackhole':
    case 'partial':
    case 'garbage':
    case 'goaway':
    case 'trickle':
    case 'cut':
      return ''
  }
}
