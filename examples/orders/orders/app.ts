import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { type Log, setHttpRoute, signalOf } from 'seaworthy'
import { z } from 'zod'
import { type OrderStore, UnknownProductError } from './order-store.ts'
import { type PaymentsClient, PaymentsUnavailableError } from './payments-client.ts'

const newOrder = z.strictObject({
  customer: z.string().min(1).max(100),
  lines: z
    .array(z.strictObject({ sku: z.string().min(1).max(40), quantity: z.int().min(1).max(100) }))
    .min(1)
    .max(20)
    .refine((lines) => new Set(lines.map((line) => line.sku)).size === lines.length, 'each product once'),
  cardToken: z.string().regex(/^tok_[a-z0-9]{2,40}$/),
})
const listQuery = z.object({
  customer: z.string().min(1).max(100),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
const orderId = z.object({ id: z.uuid() })

export interface AppNeeds {
  readonly store: OrderStore
  readonly payments: PaymentsClient
  readonly log: Log
}

/** The shop's API: `GET /products`, `POST /orders`, `GET /orders`, `GET /orders/:id`. */
export function buildApp({ store, payments, log }: AppNeeds): FastifyInstance {
  const app = Fastify({
    bodyLimit: 65_536,
    return503OnClosing: false,
    // A path that can't be decoded never gets to a handler, and Fastify's own answer quotes it, the query with it.
    frameworkErrors: (_error, _request, reply: FastifyReply) => void reply.code(400).send({ error: 'bad_request' }),
  })

  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url !== undefined) setHttpRoute(request.routeOptions.url)
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }))
  app.setErrorHandler((error, _request, reply) => {
    const known = describeError(error)
    if (known !== undefined) return reply.code(known.status).send(known.body)
    log.error({ err: error }, 'request failed')
    return reply.code(500).send({ error: 'internal' })
  })

  app.get('/products', () => ({ products: store.products() }))

  app.get('/orders', (request) => {
    const { customer, limit } = listQuery.parse(request.query)
    return { orders: store.ofCustomer(customer, limit) }
  })

  app.get('/orders/:id', (request, reply) => {
    const order = store.find(orderId.parse(request.params).id)
    return order ?? reply.code(404).send({ error: 'not_found' })
  })

  app.post('/orders', async (request, reply) => {
    const { customer, lines, cardToken } = newOrder.parse(request.body)
    const order = store.create(customer, lines)
    const settled = store.settle(order, await payments.authorise(order, cardToken, signalOf(request.raw)))
    log.info({ orderId: settled.id, status: settled.status, totalCents: settled.totalCents }, 'order settled')
    return reply
      .code(settled.status === 'paid' ? 201 : 402)
      .header('location', `/orders/${settled.id}`)
      .send(settled)
  })

  return app
}

function describeError(error: unknown): { readonly status: number; readonly body: object } | undefined {
  if (error instanceof z.ZodError)
    return { status: 400, body: { error: 'invalid', fields: error.issues.map((issue) => issue.path.join('.')) } }
  if (error instanceof UnknownProductError) return { status: 422, body: { error: 'unknown_product', skus: error.skus } }
  if (error instanceof PaymentsUnavailableError) return { status: 503, body: { error: 'payments_unavailable' } }
  // Fastify's own refusals: malformed JSON, wrong content type, body too large.
  const { statusCode } = error as { readonly statusCode?: number }
  return statusCode !== undefined && statusCode < 500
    ? { status: statusCode, body: { error: 'bad_request' } }
    : undefined
}
