import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferBudget } from '../../src/receiver/buffer-budget.ts'
import { GrpcMessageSink } from '../../src/receiver/grpc-message-sink.ts'
import { frame } from './grpc-client.ts'

test('however a frame is cut, its message comes out whole, and the memory taken is given back', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40_000 }),
      fc.boolean(),
      fc.array(fc.nat({ max: 40_010 }), { maxLength: 8 }),
      (message, compressed, cuts) => {
        const budget = new BufferBudget(1_000_000)
        const share = budget.open()
        const sink = new GrpcMessageSink(40_000, share)
        const bytes = frame(message, { compressed })
        const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
        for (const [index, end] of ends.entries()) {
          expect(sink.append(bytes.subarray(ends[index - 1] ?? 0, end))).toBeUndefined()
        }
        const finished = sink.finish()
        expect(finished).toMatchObject({ isCompressed: compressed })
        expect('bytes' in finished && Buffer.compare(finished.bytes, message)).toBe(0)
        expect(budget.usedBytes).toBeGreaterThanOrEqual(message.byteLength)
        share.close()
        expect(budget.usedBytes).toBe(0)
      },
    ),
  )
})

test('whatever bytes come in whatever pieces: no exception, and never more than the limit is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (pieces) => {
      const budget = new BufferBudget(1_000)
      const sink = new GrpcMessageSink(500, budget.open())
      for (const piece of pieces) if (sink.append(piece) !== undefined) break
      expect(['bytes' in sink.finish(), 'kind' in sink.finish()].filter(Boolean)).toHaveLength(1)
      expect(budget.usedBytes).toBeLessThanOrEqual(500)
    }),
  )
})
