import fc from 'fast-check'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { chunkOf, filesBelow, numbersOf, openSpool, SERVICE, temporaryDirectory } from './spool-fixture.ts'

const CHUNKS = 30
const HEADER_BYTES = 32
const RECORD_HEADER_BYTES = 21

interface Left {
  /** The directory that the dead process has left. */
  readonly orphan: string
  /** Of each chunk: whether it was settled, and where its record ends in the file. */
  readonly ends: readonly number[]
}

/** Chunks of these sizes in one segment, of which those at `settled` are marked as delivered. */
async function leaveBehind(directory: string, sizes: readonly number[], settled: ReadonlySet<number>): Promise<Left> {
  const { spool } = openSpool(directory)
  const chunks = sizes.map((size, number) => spool.append(chunkOf(number, size)))
  await spool.flush()
  for (const [number, chunk] of chunks.entries()) if (settled.has(number)) spool.settle(chunk)
  await spool.close()
  const [name = 'nothing'] = readdirSync(join(directory, SERVICE))
  let end = HEADER_BYTES
  const ends = sizes.map((size) => (end += RECORD_HEADER_BYTES + Math.max(8, size)))
  return { orphan: join(directory, SERVICE, name), ends }
}

/** What the next process is given, with what it hears of damage. */
async function adopt(directory: string): Promise<{ numbers: readonly (number | undefined)[]; damagedItems: number }> {
  await using opened = openSpool(directory)
  // A second orphan, whose only chunk comes last of all that one look around brings.
  await opened.heard.until(({ adoptedChunks }) => adoptedChunks.some(({ signal }) => signal === 'logs'))
  const chunks = opened.heard.adoptedChunks.filter(({ signal }) => signal === 'traces')
  const damagedItems = opened.heard.damages.reduce((sum, { items }) => sum + items, 0)
  return { numbers: await numbersOf(opened.spool, chunks), damagedItems }
}

/** From the far future, so that it is the youngest. */
async function leaveTheLastOne(directory: string): Promise<void> {
  const { spool } = openSpool(directory, { unixNow: () => 4_000_000_000_000 })
  spool.append(chunkOf(0, 8, 'logs'))
  await spool.close()
}

/** None where everything was settled: nothing is left then. */
function filesIn(orphan: string): readonly string[] {
  return existsSync(orphan) ? readdirSync(orphan) : []
}

/** Beside the other orphan, as if both had died here. */
function moveInto(directory: string, orphan: string): void {
  if (existsSync(orphan)) renameSync(orphan, join(directory, SERVICE, basename(orphan)))
}

function damage(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path)
  if (at >= bytes.length) return
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(path, bytes)
}

const sizes = fc.array(fc.integer({ min: 8, max: 3000 }), { minLength: 1, maxLength: CHUNKS })
const settled = fc.uniqueArray(fc.nat(CHUNKS - 1)).map((numbers) => new Set(numbers))
/** Evenly: left to itself, fast-check would try little but the two ends. */
const ratio = fc.noBias(fc.nat(9999)).map((part) => part / 10_000)
const runs = { numRuns: 60 }

test('cut off anywhere, a segment yields every unsettled chunk that lies before the cut, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, settled, ratio, async (sizes, settled, ratio) => {
      using directory = temporaryDirectory()
      await leaveTheLastOne(directory.path)
      using apart = temporaryDirectory()
      const { orphan, ends } = await leaveBehind(apart.path, sizes, settled)
      const segment = filesIn(orphan).find((name) => name.endsWith('.seg'))
      const cut = Math.floor(ratio * (ends.at(-1) ?? 0))
      if (segment !== undefined) truncateSync(join(orphan, segment), cut)
      moveInto(directory.path, orphan)
      const { numbers } = await adopt(directory.path)
      const whole = ends.flatMap((end, number) => (end <= cut && !settled.has(number) ? [number] : []))
      expect(numbers).toEqual(segment === undefined ? [] : whole)
    }),
    runs,
  )
})

test('one damaged byte anywhere costs its own record at most, is never delivered, and its items are counted', async () => {
  const bit = fc.nat(7)
  await fc.assert(
    fc.asyncProperty(sizes, ratio, bit, async (sizes, ratio, bit) => {
      using directory = temporaryDirectory()
      await leaveTheLastOne(directory.path)
      using apart = temporaryDirectory()
      const { orphan, ends } = await leaveBehind(apart.path, sizes, new Set())
      const at = Math.floor(ratio * (ends.at(-1) ?? 0))
      damage(join(orphan, readdirSync(orphan).find((name) => name.endsWith('.seg')) ?? ''), at, bit)
      moveInto(directory.path, orphan)
      const { numbers, damagedItems } = await adopt(directory.path)

      const hit = at < HEADER_BYTES ? -1 : ends.findIndex((end) => at < end)
      const start = hit <= 0 ? HEADER_BYTES : (ends[hit - 1] ?? 0)
      const all = sizes.map((_, number) => number)
      const others = all.filter((number) => number !== hit)
      // Behind a damaged length nobody knows where the next record begins.
      const isLengthHit = hit !== -1 && at < start + 4
      expect(numbers.slice(0, Math.max(0, hit))).toEqual(all.slice(0, Math.max(0, hit)))
      expect(isLengthHit ? others.filter((number) => numbers.includes(number)) : others).toEqual(numbers)
      const isPayloadHit = hit !== -1 && at >= start + RECORD_HEADER_BYTES
      if (isPayloadHit && 2 * (1 + (hit % 40)) <= (sizes[hit] ?? 0)) expect(damagedItems).toBe(1 + (hit % 40))
      if (hit === -1) expect(damagedItems).toBe(0)
    }),
    runs,
  )
})

test('a damaged or torn mark delivers its own chunk once more, and never loses another', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, settled, fc.nat(8 * CHUNKS), fc.nat(7), fc.boolean(), async (...values) => {
      const [sizes, settled, at, bit, isTorn] = values
      using directory = temporaryDirectory()
      await leaveTheLastOne(directory.path)
      using apart = temporaryDirectory()
      const { orphan } = await leaveBehind(apart.path, sizes, settled)
      const marks = filesIn(orphan).find((name) => name.endsWith('.done'))
      if (marks !== undefined) {
        if (isTorn) truncateSync(join(orphan, marks), Math.min(at, statSync(join(orphan, marks)).size))
        else damage(join(orphan, marks), at, bit)
      }
      moveInto(directory.path, orphan)
      const { numbers } = await adopt(directory.path)
      const unsettled = sizes.map((_, number) => number).filter((number) => !settled.has(number))
      const isGone = unsettled.length === 0
      expect(isGone ? [] : unsettled.filter((number) => !numbers.includes(number))).toEqual([])
      if (!isTorn) expect(numbers.length).toBeLessThanOrEqual(unsettled.length + 1)
    }),
    runs,
  )
})

test('whatever files are missing, cut or overwritten with noise: nothing throws, and nothing damaged is delivered', async () => {
  const harm = fc.record({
    file: fc.nat(9),
    kind: fc.constantFrom('delete', 'cut', 'noise'),
    ratio,
    noise: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  })
  await fc.assert(
    fc.asyncProperty(sizes, settled, fc.array(harm, { maxLength: 5 }), async (sizes, settled, harms) => {
      using directory = temporaryDirectory()
      await leaveTheLastOne(directory.path)
      using apart = temporaryDirectory()
      const { orphan } = await leaveBehind(apart.path, sizes, settled)
      for (const { file, kind, ratio, noise } of harms) {
        const files = filesBelow(apart.path)
        const found = files[file % Math.max(1, files.length)]
        if (found === undefined) break
        const path = join(apart.path, found.name)
        const at = Math.floor(ratio * found.size)
        if (kind === 'delete') rmSync(path)
        else if (kind === 'cut') truncateSync(path, at)
        else {
          const bytes = readFileSync(path)
          writeFileSync(path, Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)]))
        }
      }
      moveInto(directory.path, orphan)
      const { numbers } = await adopt(directory.path)
      expect(numbers).not.toContain(undefined)
      expect(numbers.every((number) => number !== undefined && number < sizes.length)).toBe(true)
      expect(new Set(numbers).size).toBe(numbers.length)
    }),
    runs,
  )
})
