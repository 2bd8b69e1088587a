import fc from 'fast-check'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type Opening, sniffProtocol } from '../../src/receiver/sniff-protocol.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

// Each connection tells what was decided, then echoes what it can read after the decision.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {})
  sniffProtocol(socket, systemClock, 60_000, (opening) => answer(socket, opening))
})

function answer(socket: Socket, opening: Opening): void {
  if (opening === 'gone') {
    socket.end('gone:')
    return
  }
  socket.write(`${opening}:`)
  socket.pipe(socket)
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

async function exchange(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    noDelay: true,
    allowHalfOpen: true,
  })
  const received: Buffer[] = []
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  for (const piece of pieces) {
    await new Promise<void>((resolve) => void socket.write(piece, () => resolve()))
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.end()
  await once(socket, 'close')
  return Buffer.concat(received)
}

const opening = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 30 }).map((rest) => Buffer.concat([PREFACE, rest])),
  fc
    .tuple(fc.nat({ max: 24 }), fc.uint8Array({ maxLength: 10 }))
    .map(([length, rest]) => Buffer.concat([PREFACE.subarray(0, length), rest])),
)

test('whatever the bytes and however they are cut, the decision is right and no byte is lost', async () => {
  await fc.assert(
    fc.asyncProperty(opening, fc.array(fc.nat({ max: 60 }), { maxLength: 5 }), async (bytes, cuts) => {
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
      const pieces = ends
        .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        .filter((piece) => piece.length > 0)

      const received = await exchange(pieces)

      const buffer = Buffer.from(bytes)
      const isPrefix = buffer.length < PREFACE.length && PREFACE.subarray(0, buffer.length).equals(buffer)
      const isHttp2 = buffer.subarray(0, PREFACE.length).equals(PREFACE)
      const expected = isPrefix ? 'gone:' : `${isHttp2 ? 'http2' : 'http1'}:${buffer.toString('latin1')}`
      expect(received.toString('latin1')).toBe(expected)
    }),
    { numRuns: 150 },
  )
})
