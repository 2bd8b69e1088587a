import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryBound } from '../../../src/telemetry/pipeline/memory-bound.ts'
import { Parcel } from '../../../src/telemetry/pipeline/parcel.ts'

test('in whatever order parcels are offered and taken back, the youngest is let go first, and none is forgotten', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 40 }),
      fc.array(fc.nat(39), { maxLength: 20 }),
      (sequences, kept) => {
        const memory = new MemoryBound(1)
        const parcels = sequences.map((sequence) => {
          const parcel = new Parcel({ signal: 'traces', items: 1, byteLength: 10, since: sequence }, sequence, false)
          memory.hold(parcel, new Uint8Array(10))
          memory.offer(parcel)
          return parcel
        })
        for (const index of kept) {
          const parcel = parcels[index]
          if (parcel === undefined) continue
          memory.keep(parcel)
          if (index % 2 === 0) memory.offer(parcel)
        }
        const offered = parcels.filter(({ isListed }) => isListed).map(({ sequence }) => sequence)
        // Of a single byte, any that cannot be let go is more than half.
        expect(memory.isCrowded('traces')).toBe(offered.length < parcels.length)
        const letGo: number[] = []
        const letGoOf = memory.letGo.bind(memory)
        memory.letGo = (parcel) => {
          letGo.push(parcel.sequence)
          letGoOf(parcel)
        }
        const hasRoom = memory.makeRoom(1)
        expect(letGo).toEqual(offered.toSorted((a, b) => b - a))
        expect(hasRoom).toBe(offered.length === parcels.length)
        expect(memory.byteLength).toBe(10 * (parcels.length - offered.length))
        expect(memory.isCrowded('traces')).toBe(offered.length < parcels.length)
      },
    ),
  )
})
