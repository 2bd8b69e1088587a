/**
 * The demo's claim, as arithmetic: every request was answered, and every answer left its server span at each service it
 * touched. Pure, so that tests can take one span or one answer away and see the claim fall.
 */

/** A request as its client saw it. */
export interface SentRequest {
  readonly traceId: string
  readonly spanId: string
  readonly method: string
  readonly path: string
  /** The status, or `undefined` when no complete answer came. */
  readonly status: number | undefined
  /** Why there was no answer. */
  readonly failure?: string
}

/** A server span as the receiver got it. */
export interface ReceivedServerSpan {
  readonly service: string
  readonly traceId: string
  readonly parentSpanId: string
}

export interface Balance {
  readonly requests: { readonly sent: number; readonly answered: number; readonly failed: number }
  readonly spans: {
    readonly expected: number
    readonly received: number
    /** What is expected, by service. */
    readonly expectedOf: Readonly<Record<'orders' | 'payments', number>>
  }
  /** What does not add up, one sentence each; empty when the ledger balances. */
  readonly problems: readonly string[]
}

/** Holds what clients saw against what the receiver got. */
export function balance(requests: readonly SentRequest[], spans: readonly ReceivedServerSpan[]): Balance {
  const problems: string[] = []
  const answered = requests.filter(isAnswered)
  for (const { method, path, status, failure } of requests.filter((request) => !isAnswered(request))) {
    problems.push(
      `${method} ${path} got ${status === undefined ? `no answer: ${failure ?? 'unknown'}` : `a ${status}`}`,
    )
  }
  const byTrace = Map.groupBy(spans, (span) => span.traceId)
  const expectedOf = { orders: 0, payments: 0 }
  let received = 0
  for (const request of answered) {
    const ofTrace = byTrace.get(request.traceId) ?? []
    for (const service of servicesOf(request)) {
      expectedOf[service]++
      const found = ofTrace.filter((span) => span.service === service)
      if (found.length > 0) received++
      const name = `${request.method} ${request.path} (trace ${request.traceId})`
      if (found.length === 0) problems.push(`${name} left no server span at ${service}`)
      if (found.length > 1) problems.push(`${name} left ${found.length} server spans at ${service}`)
      if (service === 'orders' && found.some((span) => span.parentSpanId !== request.spanId)) {
        problems.push(`${name} has another parent at orders than the client sent`)
      }
    }
  }
  return {
    requests: { sent: requests.length, answered: answered.length, failed: requests.length - answered.length },
    spans: { expected: expectedOf.orders + expectedOf.payments, received, expectedOf },
    problems,
  }
}

/** A server error is no answer to anybody who asked, whatever the protocol calls it. */
function isAnswered({ status }: SentRequest): boolean {
  return status !== undefined && status < 500
}

/** An order that was paid or declined has been at the payments service, too; everything else stayed at orders. */
function servicesOf({ method, path, status }: SentRequest): readonly ('orders' | 'payments')[] {
  const settled = method === 'POST' && path === '/orders' && (status === 201 || status === 402)
  return settled ? ['orders', 'payments'] : ['orders']
}
