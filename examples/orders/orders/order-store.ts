import { randomUUID } from 'node:crypto'
import type { SqliteDatabase } from 'seaworthy/sqlite'

export interface OrderLine {
  readonly sku: string
  readonly quantity: number
}

export interface Order {
  readonly id: string
  readonly customer: string
  readonly totalCents: number
  readonly status: 'pending' | 'paid' | 'declined'
  readonly createdAt: string
}

export interface OutboxEvent {
  readonly id: number
  readonly event: string
  readonly orderId: string
}

export class UnknownProductError extends Error {
  readonly skus: readonly string[]
  constructor(skus: readonly string[]) {
    super(`unknown products: ${skus.join(', ')}`)
    this.skus = skus
  }
}

const ORDER = 'SELECT id, customer, total_cents AS totalCents, status, created_at AS createdAt FROM orders'

/** Orders, their lines and their events, in one database, so that an order and its event are stored together or not at all. */
export class OrderStore {
  readonly #db: SqliteDatabase

  constructor(db: SqliteDatabase) {
    this.#db = db
  }

  products(): readonly { readonly sku: string; readonly title: string; readonly priceCents: number }[] {
    return this.#db.all('SELECT sku, title, price_cents AS priceCents FROM products ORDER BY sku')
  }

  /** @throws {@link UnknownProductError} when a product is not sold here */
  create(customer: string, lines: readonly OrderLine[]): Order {
    const priced = this.#price(lines)
    const totalCents = priced.reduce((sum, line) => sum + line.priceCents * line.quantity, 0)
    const order: Order = {
      id: randomUUID(),
      customer,
      totalCents,
      status: 'pending',
      createdAt: new Date().toISOString(),
    }
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO orders (id, customer, total_cents, status, created_at) VALUES (?, ?, ?, ?, ?)',
        order.id,
        customer,
        totalCents,
        order.status,
        order.createdAt,
      )
      for (const line of priced) {
        this.#db.run(
          'INSERT INTO order_lines (order_id, sku, quantity, price_cents) VALUES (?, ?, ?, ?)',
          order.id,
          line.sku,
          line.quantity,
          line.priceCents,
        )
      }
    })
    return order
  }

  /** Marks an order, and in the same transaction stores the event that tells others. */
  settle(order: Order, status: 'paid' | 'declined'): Order {
    this.#db.transaction(() => {
      this.#db.run('UPDATE orders SET status = ? WHERE id = ?', status, order.id)
      this.#db.run(
        'INSERT INTO outbox (event, order_id, created_at) VALUES (?, ?, ?)',
        `order.${status}`,
        order.id,
        new Date().toISOString(),
      )
    })
    return { ...order, status }
  }

  find(id: string): (Order & { readonly lines: readonly OrderLine[] }) | undefined {
    const order = this.#db.get<Order>(`${ORDER} WHERE id = ?`, id)
    if (order === undefined) return undefined
    const lines = this.#db.all<OrderLine>('SELECT sku, quantity FROM order_lines WHERE order_id = ? ORDER BY sku', id)
    return { ...order, lines: lines.map((line) => ({ ...line })) }
  }

  ofCustomer(customer: string, limit: number): readonly Order[] {
    return this.#db.all<Order>(`${ORDER} WHERE customer = ? ORDER BY created_at DESC LIMIT ?`, customer, limit)
  }

  undelivered(limit: number): readonly OutboxEvent[] {
    return this.#db.all<OutboxEvent>('SELECT id, event, order_id AS orderId FROM outbox ORDER BY id LIMIT ?', limit)
  }

  delivered(id: number): void {
    this.#db.run('DELETE FROM outbox WHERE id = ?', id)
  }

  #price(lines: readonly OrderLine[]): readonly (OrderLine & { readonly priceCents: number })[] {
    const marks = lines.map(() => '?').join(', ')
    const rows = this.#db.all<{ sku: string; priceCents: number }>(
      `SELECT sku, price_cents AS priceCents FROM products WHERE sku IN (${marks})`,
      ...lines.map((line) => line.sku),
    )
    const prices = new Map(rows.map((row) => [row.sku, row.priceCents]))
    const unknown = lines.filter((line) => !prices.has(line.sku)).map((line) => line.sku)
    if (unknown.length > 0) throw new UnknownProductError(unknown)
    return lines.map((line) => ({ ...line, priceCents: prices.get(line.sku) ?? 0 }))
  }
}
