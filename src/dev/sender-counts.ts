import type { StoredLog, StoredMetricPoint, StoredSpan } from '../store/stored-item.ts'

/** What one sender delivered to the receiver. */
export interface SenderCount {
  readonly service: string
  readonly pid: number | undefined
  readonly traces: number
  readonly logs: number
  readonly metrics: number
}

type Signal = 'traces' | 'logs' | 'metrics'
/** Senders told apart; what comes from further ones is counted together. */
const MAX_SENDERS = 50
const OTHERS = 'others'

/** Counts what arrived by who sent it, for anyone on this machine may send to the port. */
export class SenderCounts {
  readonly #senders = new Map<string, { -readonly [K in keyof SenderCount]: SenderCount[K] }>()

  count(signal: Signal, { service, resource }: StoredSpan | StoredLog | StoredMetricPoint): void {
    const { 'process.pid': raw, 'service.instance.id': instance } = resource.attributes
    const pid = typeof raw === 'number' || typeof raw === 'bigint' ? Number(raw) : undefined
    const exact = JSON.stringify([service, typeof instance === 'string' ? instance : '', pid])
    const isOther = !this.#senders.has(exact) && this.#senders.size >= MAX_SENDERS
    const key = isOther ? OTHERS : exact
    const sender = this.#senders.get(key) ?? {
      service: isOther ? OTHERS : service,
      pid: isOther ? undefined : pid,
      traces: 0,
      logs: 0,
      metrics: 0,
    }
    sender[signal]++
    this.#senders.set(key, sender)
  }

  /** In order of first arrival. */
  get all(): readonly SenderCount[] {
    return [...this.#senders.values()].map((sender) => ({ ...sender }))
  }
}
