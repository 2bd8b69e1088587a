import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExchangeSeen } from '../../../src/load/sniff/exchange-seen.ts'
import { Sniffer } from '../../../src/load/sniff/sniffer.ts'
import { recordSession } from './recorded-session.ts'

/** What is seen when `up` comes first, then `down`, each cut at any places. */
function sniff(up: Buffer, upCuts: readonly number[], down: Buffer, downCuts: readonly number[]): ExchangeSeen[] {
  const seen: ExchangeSeen[] = []
  const sniffer = new Sniffer((each) => seen.push(each))
  for (const piece of cut(up, upCuts)) sniffer.up(piece)
  for (const piece of cut(down, downCuts)) sniffer.down(piece)
  return seen
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((place) => place % (bytes.length + 1)).toSorted((one, other) => one - other)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

const cuts = fc.array(fc.nat(), { maxLength: 40 })

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const H1_UP = Buffer.from(
  `GET /a?b=c HTTP/1.1\r\nHost: x\r\nTraceparent: ${TRACEPARENT}\r\nTraceState: a=1\r\nTracestate: b=2\r\n\r\n` +
    'POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 24\r\nBaggage: k=v\r\n\r\nGET /no HTTP/1.1\r\nHost: ' +
    'PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nGET /\r\n0\r\nA: b\r\n\r\n' +
    'HEAD /d HTTP/1.1\r\nHost: x\r\n\r\n',
)
const H1_DOWN = Buffer.from(
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' +
    'HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n' +
    'HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
)

test('HTTP/1.1: every request and the end of every answer is seen, wherever the bytes are cut', () => {
  const protocol = 'http/1.1'
  const requests = [
    { exchange: 0, protocol, method: 'GET', path: '/a?b=c', traceparent: TRACEPARENT, tracestate: 'a=1, b=2' },
    { exchange: 1, protocol, method: 'POST', path: '/b', baggage: 'k=v' },
    { exchange: 2, protocol, method: 'PUT', path: '/c' },
    { exchange: 3, protocol, method: 'HEAD', path: '/d' },
  ]
  const expected = [
    ...requests.map((request) => ({ what: 'began', ...request })),
    ...requests.map((request, index) => ({ what: 'answered', ...request, status: [200, 500, 204, 200][index] })),
  ]
  fc.assert(
    fc.property(cuts, cuts, (upCuts, downCuts) => {
      expect(sniff(H1_UP, upCuts, H1_DOWN, downCuts)).toEqual(expected)
    }),
  )
})

/** Every byte that a header may hold, among letters that make the Huffman code the shorter one. */
const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => byte)
  .filter((byte) => byte > 0x20 && byte !== 0x7f)
  .map((byte) => `eeeeeeeeeeeeeeeeeeee${String.fromCodePoint(byte)}aaaaaaaaaaaaaaaaaaaa`)

test('HTTP/2: what a real client and a real server say is read as they meant it, wherever the bytes are cut', async () => {
  const requests = [
    { ':method': 'GET', ':path': '/a?b=c', traceparent: TRACEPARENT, tracestate: 'a=1' },
    { ':method': 'POST', ':path': '/b', baggage: 'k=v', 'x-very-long': 'z'.repeat(20_000) },
    { ':method': 'HEAD', ':path': '/c', traceparent: TRACEPARENT },
    ...EVERY_BYTE.map((baggage) => ({ ':method': 'GET', ':path': '/', baggage })),
  ]
  const { up, down } = await recordSession(requests)
  const described = requests.map((request, exchange) => {
    const { ':method': method, ':path': path, 'x-very-long': _, ...context } = { 'x-very-long': '', ...request }
    return { exchange, protocol: 'h2', method, path, ...context }
  })
  const expected = [
    ...described.map((request) => ({ what: 'began', ...request })),
    ...described.map((request) => ({ what: 'answered', ...request, status: request.method === 'POST' ? 201 : 200 })),
  ]
  fc.assert(
    fc.property(cuts, cuts, (upCuts, downCuts) => {
      expect(sniff(up, upCuts, down, downCuts)).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

test('any bytes at all are taken without a word', () => {
  const anyBytes = fc.uint8Array({ maxLength: 300 })
  const beginning = fc.constantFrom('', 'GET / HTTP/1.1\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\u0016\u0003\u0001')
  const piece = fc.record({ isUp: fc.boolean(), bytes: anyBytes })
  fc.assert(
    fc.property(beginning, fc.array(piece, { maxLength: 10 }), (begin, pieces) => {
      const sniffer = new Sniffer(() => {})
      const take = (): void => {
        sniffer.up(Buffer.from(begin, 'latin1'))
        for (const { isUp, bytes } of pieces) {
          if (isUp) sniffer.up(Buffer.from(bytes))
          else sniffer.down(Buffer.from(bytes))
        }
        sniffer.downEnded()
        sniffer.serviceLeft()
      }
      expect(take).not.toThrow()
    }),
  )
})
