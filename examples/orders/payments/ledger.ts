import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { PaymentsConfig } from './config.ts'

export const paymentRequest = z.strictObject({
  orderId: z.uuid(),
  amountCents: z.int().positive(),
  currency: z.literal('EUR'),
  cardToken: z.string().regex(/^tok_[a-z0-9]{2,40}$/),
})
export type PaymentRequest = z.infer<typeof paymentRequest>

export interface Payment {
  readonly id: string
  readonly orderId: string
  readonly amountCents: number
  readonly status: 'authorised' | 'declined'
  readonly reason?: 'card_declined' | 'over_limit'
}

/** How many payments are remembered for repeated requests; the oldest go first. */
const MAX_REMEMBERED = 100_000

/** Authorises each order once: a repeated request gets the first answer, because clients repeat what they can't be sure of. */
export class PaymentLedger {
  readonly #limits: PaymentsConfig['authorisation']
  readonly #byOrder = new Map<string, Promise<Payment>>()
  readonly #receipts = new Set<string>()

  constructor(limits: PaymentsConfig['authorisation']) {
    this.#limits = limits
  }

  authorise(request: PaymentRequest): Promise<Payment> {
    const known = this.#byOrder.get(request.orderId)
    if (known !== undefined) return known
    const payment = this.#askBank(request)
    remember(this.#byOrder, MAX_REMEMBERED)
    this.#byOrder.set(request.orderId, payment)
    return payment
  }

  find(orderId: string): Promise<Payment> | undefined {
    return this.#byOrder.get(orderId)
  }

  /** Takes an event once. @returns whether it was new */
  receipt(eventId: string): boolean {
    if (this.#receipts.has(eventId)) return false
    remember(this.#receipts, MAX_REMEMBERED)
    this.#receipts.add(eventId)
    return true
  }

  async #askBank({ orderId, amountCents, cardToken }: PaymentRequest): Promise<Payment> {
    const { minLatencyMs, maxLatencyMs, limitCents } = this.#limits
    await delay(minLatencyMs + Math.random() * Math.max(0, maxLatencyMs - minLatencyMs))
    const base = { id: `pay_${orderId.slice(0, 8)}`, orderId, amountCents }
    if (cardToken === 'tok_declined') return { ...base, status: 'declined', reason: 'card_declined' }
    if (amountCents > limitCents) return { ...base, status: 'declined', reason: 'over_limit' }
    return { ...base, status: 'authorised' }
  }
}

function remember(store: Map<string, unknown> | Set<string>, max: number): void {
  const [oldest] = store.keys()
  if (store.size >= max && oldest !== undefined) store.delete(oldest)
}
