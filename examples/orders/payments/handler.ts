import type { IncomingMessage, ServerResponse } from 'node:http'
import { setHttpRoute } from 'seaworthy'
import { type PaymentLedger, paymentRequest } from './ledger.ts'

const MAX_BODY_BYTES = 16_384

/** The payments API on plain node:http: `POST /payments`, `GET /payments/:orderId`, `POST /receipts`. */
export function createHandler(ledger: PaymentLedger) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://payments')
      if (request.method === 'POST' && pathname === '/payments') return await authorise(ledger, request, response)
      if (request.method === 'GET' && pathname.startsWith('/payments/')) return await show(ledger, pathname, response)
      if (request.method === 'POST' && pathname === '/receipts') return await takeReceipt(ledger, request, response)
      send(response, 404, { error: 'not_found' })
    } catch (error) {
      if (error instanceof BodyError) send(response, error.status, { error: error.message })
      else send(response, 500, { error: 'internal' })
    }
  }
}

async function authorise(ledger: PaymentLedger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setHttpRoute('/payments')
  const parsed = paymentRequest.safeParse(await readJson(request))
  if (!parsed.success)
    return send(response, 400, { error: 'invalid', fields: parsed.error.issues.map((issue) => issue.path.join('.')) })
  const payment = await ledger.authorise(parsed.data)
  send(response, payment.status === 'authorised' ? 201 : 402, payment)
}

async function show(ledger: PaymentLedger, pathname: string, response: ServerResponse): Promise<void> {
  setHttpRoute('/payments/:orderId')
  const payment = await ledger.find(pathname.slice('/payments/'.length))
  if (payment === undefined) return send(response, 404, { error: 'not_found' })
  send(response, 200, payment)
}

async function takeReceipt(ledger: PaymentLedger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setHttpRoute('/receipts')
  await readJson(request)
  const eventId = request.headers['idempotency-key']
  if (typeof eventId !== 'string' || eventId === '')
    return send(response, 400, { error: 'invalid', fields: ['idempotency-key'] })
  send(response, ledger.receipt(eventId) ? 202 : 200, { accepted: true })
}

class BodyError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new BodyError(413, 'too_large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new BodyError(400, 'malformed_json')
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
