import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SentStreams } from '../../src/load/sent-streams.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const HEADERS = 1

function frame(type: number, stream: number, length: number): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head[3] = type
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, Buffer.alloc(length, HEADERS)])
}

test('however the bytes are cut, the last stream whose headers were sent is known', () => {
  const frames = fc.array(
    fc.record({ type: fc.integer({ min: 0, max: 9 }), stream: fc.nat(1000), length: fc.nat(40) }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (all, sizes) => {
      const bytes = Buffer.concat([PREFACE, ...all.map(({ type, stream, length }) => frame(type, stream, length))])
      const sent = new SentStreams()
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        sent.push(bytes.subarray(at, at + size))
        at += size
      }
      const begun = all.filter(({ type }) => type === HEADERS).map(({ stream }) => stream)
      expect(sent.last).toBe(Math.max(0, ...begun))
    }),
  )
})
