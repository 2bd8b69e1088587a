import { Agent, request } from 'node:http'
import { type HealthCheckContext, tcpCheck } from 'seaworthy'
import type { OrdersConfig } from './config.ts'
import type { Order, OutboxEvent } from './order-store.ts'

export class PaymentsUnavailableError extends Error {}

interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The payments service over a pool of kept-alive connections. */
export class PaymentsClient {
  /** Whether anybody listens there: payments has its own probes for everything else. */
  readonly reachable: (context: HealthCheckContext) => Promise<void>
  readonly #base: URL
  readonly #timeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })

  constructor({ url, timeoutMs }: OrdersConfig['payments']) {
    this.#base = new URL(url)
    this.reachable = tcpCheck(url)
    this.#timeoutMs = timeoutMs
  }

  /**
   * @param signal of the customer's request: nobody waits for a bank on behalf of somebody who has left
   * @throws {@link PaymentsUnavailableError} when no usable answer came, or was waited for; the order stays pending then
   */
  async authorise(order: Order, cardToken: string, signal: AbortSignal): Promise<'paid' | 'declined'> {
    const body = { orderId: order.id, amountCents: order.totalCents, currency: 'EUR', cardToken }
    const status = await this.#post('/payments', body, { signal })
    if (status === 201) return 'paid'
    if (status === 402) return 'declined'
    throw new PaymentsUnavailableError(`payments answered ${status}`)
  }

  /** Tells payments what became of an order; safe to repeat, because the event's id goes along. */
  async deliver(event: OutboxEvent): Promise<void> {
    const status = await this.#post(
      '/receipts',
      { event: event.event, orderId: event.orderId },
      { headers: { 'idempotency-key': String(event.id) } },
    )
    if (status !== 200 && status !== 202) throw new PaymentsUnavailableError(`payments answered ${status}`)
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(path: string, content: object, { headers, signal }: PostOptions = {}): Promise<number> {
    const body = JSON.stringify(content)
    const limit = AbortSignal.timeout(this.#timeoutMs)
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.#base), {
        method: 'POST',
        agent: this.#agent,
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      })
      outgoing.on('response', (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', reject)
      })
      outgoing.on('error', (error) =>
        reject(new PaymentsUnavailableError(`payments: ${error.message}`, { cause: error })),
      )
      outgoing.end(body)
    })
  }
}
