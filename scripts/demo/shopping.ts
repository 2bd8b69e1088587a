/** What a shopper asks for next. Mostly sensible, sometimes mistaken, as people are. */
export interface ShopRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

const SKUS = ['LINE-12', 'FNDR-L', 'LIFE-150', 'FLARE-4', 'CHART-NS', 'ANCH-16'] as const
const CUSTOMERS = ['amira', 'bent', 'chidi', 'dolores', 'edda', 'farouk'] as const

/** @param known ids of orders that this shopper has placed */
export function nextRequest(known: readonly string[]): ShopRequest {
  const chance = Math.random()
  if (chance < 0.5) return order(Math.random() < 0.05 ? 'tok_declined' : 'tok_visa')
  if (chance < 0.7) return { method: 'GET', path: '/products' }
  if (chance < 0.85) return { method: 'GET', path: `/orders?customer=${pick(CUSTOMERS)}&limit=10` }
  if (chance < 0.96) return { method: 'GET', path: known.length === 0 ? '/products' : `/orders/${pick(known)}` }
  if (chance < 0.98)
    return post({ customer: pick(CUSTOMERS), lines: [{ sku: 'SUBMARINE', quantity: 1 }], cardToken: 'tok_visa' })
  return post({ customer: '', lines: [] })
}

function order(cardToken: string): ShopRequest {
  const first = pick(SKUS)
  const second = pick(SKUS)
  const lines = [{ sku: first, quantity: 1 + Math.floor(Math.random() * 3) }]
  if (second !== first) lines.push({ sku: second, quantity: 1 })
  return post({ customer: pick(CUSTOMERS), lines, cardToken })
}

function post(body: object): ShopRequest {
  return { method: 'POST', path: '/orders', body: JSON.stringify(body) }
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
