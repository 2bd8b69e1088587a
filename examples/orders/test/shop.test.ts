import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { post, type Shop, startService, startShop } from './start-shop.ts'

const ORDER = {
  customer: 'amira',
  lines: [
    { sku: 'LINE-12', quantity: 2 },
    { sku: 'FLARE-4', quantity: 1 },
  ],
  cardToken: 'tok_visa',
}

describe('a shop that is open', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await startShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test('sells: an order is priced, paid for and found again', async () => {
    const response = await post(`${shop.orders.url}/orders`, ORDER)
    expect(response.status).toBe(201)
    const order = (await response.json()) as { id: string }
    expect(order).toMatchObject({ customer: 'amira', totalCents: 2 * 3490 + 5780, status: 'paid' })
    expect(response.headers.get('location')).toBe(`/orders/${order.id}`)

    const found = await (await fetch(`${shop.orders.url}/orders/${order.id}`)).json()
    expect(found).toMatchObject({
      id: order.id,
      lines: [
        { sku: 'FLARE-4', quantity: 1 },
        { sku: 'LINE-12', quantity: 2 },
      ],
    })
    const list = (await (await fetch(`${shop.orders.url}/orders?customer=amira`)).json()) as {
      orders: { id: string }[]
    }
    expect(list.orders.map(({ id }) => id)).toContain(order.id)
    expect(await (await fetch(`${shop.payments.url}/payments/${order.id}`)).json()).toMatchObject({
      status: 'authorised',
      amountCents: 12_760,
    })
  })

  test('shows what it sells', async () => {
    const { products } = (await (await fetch(`${shop.orders.url}/products`)).json()) as {
      products: { sku: string; priceCents: number }[]
    }
    expect(products).toHaveLength(6)
    expect(products[0]).toEqual({ sku: 'ANCH-16', title: 'Bower anchor, 16 kg', priceCents: 18_900 })
  })

  test('declines a card that the bank declines', async () => {
    const response = await post(`${shop.orders.url}/orders`, { ...ORDER, cardToken: 'tok_declined' })
    expect(response.status).toBe(402)
    expect(await response.json()).toMatchObject({ status: 'declined' })
  })

  test('declines what is above the limit', async () => {
    const response = await post(`${shop.orders.url}/orders`, { ...ORDER, lines: [{ sku: 'ANCH-16', quantity: 100 }] })
    expect(response.status).toBe(402)
  })

  test.each([
    [
      'a product it does not have',
      { ...ORDER, lines: [{ sku: 'SUBMARINE', quantity: 1 }] },
      422,
      { error: 'unknown_product', skus: ['SUBMARINE'] },
    ],
    ['no product at all', { ...ORDER, lines: [] }, 400, { error: 'invalid', fields: ['lines'] }],
    [
      'the same product twice',
      { ...ORDER, lines: [ORDER.lines[0], ORDER.lines[0]] },
      400,
      { error: 'invalid', fields: ['lines'] },
    ],
    [
      'half a product',
      { ...ORDER, lines: [{ sku: 'LINE-12', quantity: 0.5 }] },
      400,
      { error: 'invalid', fields: ['lines.0.quantity'] },
    ],
    [
      'a card number instead of a token',
      { ...ORDER, cardToken: '4111111111111111' },
      400,
      { error: 'invalid', fields: ['cardToken'] },
    ],
    ['malformed JSON', '{"customer":', 400, { error: 'bad_request' }],
  ])('refuses %s', async (_what, body, status, answer) => {
    const response = await post(`${shop.orders.url}/orders`, body)
    expect({ status: response.status, body: await response.json() }).toEqual({ status, body: answer })
  })

  test('knows what it does not know', async () => {
    expect((await fetch(`${shop.orders.url}/orders/00000000-0000-4000-8000-000000000000`)).status).toBe(404)
    expect((await fetch(`${shop.orders.url}/orders/none`)).status).toBe(400)
    expect((await fetch(`${shop.orders.url}/nowhere`)).status).toBe(404)
    expect((await fetch(`${shop.payments.url}/nowhere`)).status).toBe(404)
  })

  test('refuses a path that can not be decoded without quoting it', async () => {
    const response = await fetch(`${shop.orders.url}/%zz/%?token=canary4711`)
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: { error: 'bad_request' },
    })
  })

  test('an order is one trace through both processes and the database', async () => {
    const response = await post(`${shop.orders.url}/orders`, ORDER)
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    const atPayments = await shop.receiver.waitForLog({ service: 'orders', attribute: { orderId: id } })
    const { traceId } = atPayments
    await shop.receiver.waitForSpan({ traceId, service: 'payments', name: 'POST /payments' })
    await shop.receiver.waitForSpan({ traceId, service: 'orders', name: 'POST /orders' })
    const spans = shop.receiver.spans({ traceId })
    expect(new Set(spans.map(({ service, kind, name }) => `${service} ${kind} ${name}`))).toEqual(
      new Set([
        'orders 2 POST /orders',
        'orders 3 SELECT products',
        'orders 3 INSERT orders',
        'orders 3 INSERT order_lines',
        'orders 3 POST',
        'payments 2 POST /payments',
        'orders 3 UPDATE orders',
        'orders 3 INSERT outbox',
      ]),
    )
  })

  test('tells payments what became of an order, by its outbox', async () => {
    await post(`${shop.orders.url}/orders`, ORDER)
    const receipt = await shop.receiver.waitForSpan({ service: 'payments', name: 'POST /receipts' })
    expect(receipt.attributes['http.response.status_code']).toBe(202)
  })

  test('never puts a card token into its telemetry or its output', async () => {
    await post(`${shop.orders.url}/orders`, { ...ORDER, cardToken: 'tok_canary4711' })
    await shop.receiver.waitForSpan({ name: 'POST /orders' })
    const seen = JSON.stringify(
      [shop.receiver.spans(), shop.receiver.logs(), shop.orders.lines, shop.payments.lines],
      (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
    )
    expect(seen).not.toContain('canary4711')
  })
})

test('without payments the shop stays open, says so, and recovers', async () => {
  await using shop = await startShop()
  shop.payments.kill('SIGKILL')
  await shop.payments.exit

  const response = await post(`${shop.orders.url}/orders`, ORDER)
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 503,
    body: { error: 'payments_unavailable' },
  })
  expect((await fetch(`${shop.orders.url}/products`)).status).toBe(200)
  expect((await fetch(`${shop.orders.probes}/readyz`)).status).toBe(200)
  const { orders } = (await (await fetch(`${shop.orders.url}/orders?customer=amira`)).json()) as {
    orders: { status: string }[]
  }
  expect(orders).toMatchObject([{ status: 'pending' }])
})

test('does not wait for the bank when the customer has left', async () => {
  await using shop = await startShop({ AUTHORISATION__MIN_LATENCY_MS: '4000', AUTHORISATION__MAX_LATENCY_MS: '4000' })
  const leaves = AbortSignal.timeout(300)
  const body = JSON.stringify(ORDER)
  const headers = { 'content-type': 'application/json' }
  const sold = fetch(`${shop.orders.url}/orders`, { method: 'POST', headers, body, signal: leaves })
  await expect(sold).rejects.toThrow('timeout')
  const call = await shop.receiver.waitForSpan({ service: 'orders', name: 'POST' })
  expect(Number(call.endTimeUnixNano - call.startTimeUnixNano) / 1e6).toBeLessThan(1500)
})

test('what is in the outbox survives a restart, and is delivered then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'))
  await using shop = await startShop({ DATABASE__PATH: join(folder, 'orders.db'), OUTBOX__INTERVAL_MS: '60000' })
  expect((await post(`${shop.orders.url}/orders`, ORDER)).status).toBe(201)
  shop.orders.kill('SIGTERM')
  expect(await shop.orders.exit).toBe(0)
  expect(shop.receiver.spans({ service: 'payments', name: 'POST /receipts' })).toEqual([])

  const again = await startService('orders', {
    ...shop.receiver.environment(),
    OTEL_BSP_SCHEDULE_DELAY: '100',
    PAYMENTS__URL: shop.payments.url,
    DATABASE__PATH: join(folder, 'orders.db'),
    OUTBOX__INTERVAL_MS: '50',
  })
  await shop.receiver.waitForSpan({ service: 'payments', name: 'POST /receipts' })
  again.kill('SIGTERM')
  expect(await again.exit).toBe(0)
})

test('another log level counts without a restart; one that does not exist is refused with its name, and changes nothing', async () => {
  const level = join(await mkdtemp(join(tmpdir(), 'shop-')), 'level')
  await writeFile(level, 'info')
  await using shop = await startShop({ LOG__LEVEL_FILE: level })
  const { lines, url } = shop.orders
  const isSaid = (text: string): boolean => lines.some((line) => line.includes(text))

  await writeFile(level, 'loud')
  shop.orders.kill('SIGHUP')
  await vi.waitUntil(() => isSaid('"event":"config.rejected"'), { timeout: 10_000 })
  expect(lines.find((line) => line.includes('config.rejected'))).toMatch(/log\.level/)
  expect(isSaid('event delivered')).toBe(false)

  await writeFile(level, 'debug')
  shop.orders.kill('SIGHUP')
  const orderUntilSaid = async (): Promise<boolean> =>
    (await post(`${url}/orders`, ORDER)).status === 201 && isSaid('event delivered')
  await vi.waitUntil(orderUntilSaid, { timeout: 10_000, interval: 100 })
})

describe('a shop that is set up wrongly does not open', () => {
  test.each([
    [
      'a database that can’t be written',
      { DATABASE__PATH: '/proc/orders.db', PAYMENTS__URL: 'http://127.0.0.1:9' },
      1,
      /database file \/proc\/orders\.db can't be used/,
    ],
    ['a port that is no number', { HTTP__PORT: 'abc', PAYMENTS__URL: 'http://127.0.0.1:9' }, 2, /HTTP__PORT/],
    [
      'a setting that does not exist',
      { HTTP__PROT: '1', PAYMENTS__URL: 'http://127.0.0.1:9' },
      2,
      /HTTP__PROT.*\n?.*HTTP__PORT|http\.port/s,
    ],
    [
      'a protocol that does not exist',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'nonsense', PAYMENTS__URL: 'http://127.0.0.1:9' },
      2,
      /OTEL_EXPORTER_OTLP_PROTOCOL is "nonsense"/,
    ],
  ])('%s', async (_what, env, code, message) => {
    const service = await startService('orders', env)
    expect(await service.exit).toBe(code)
    expect(service.lines.join('\n')).toMatch(message)
  })
})
