import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { LossTally } from '../../src/telemetry/loss-tally.ts'

function setUp(): { clock: ManualClock; said: [count: number, detail: string][]; tally: LossTally } {
  const clock = new ManualClock()
  const said: [number, string][] = []
  const tally = new LossTally(clock, (count, detail) => said.push([count, detail]))
  return { clock, said, tally }
}

test('a burst is told as one figure, a second after it began', async () => {
  const { clock, said, tally } = setUp()
  for (let index = 0; index < 1000; index++) tally.add(1, `loss ${index}`)
  await clock.advance(999)
  expect(said).toEqual([])
  await clock.advance(1)
  expect(said).toEqual([[1000, 'loss 999']])
})

test('what follows is told a minute later, and nothing of it is forgotten', async () => {
  const { clock, said, tally } = setUp()
  tally.add(1)
  await clock.advance(1000)
  for (let second = 0; second < 120; second++) {
    tally.add(1)
    await clock.advance(1000)
  }
  tally.say()
  tally.say()

  expect(said.map(([count]) => count)).toEqual([1, 60, 60])
  expect(clock.pending).toBe(0)
})

test('at the end of a process everything is told at once, thousands in a dozen lines', () => {
  const { clock, said, tally } = setUp()
  tally.add(5)
  tally.sayAtOnce()
  expect(said).toEqual([[5, '']])
  for (let index = 0; index < 1000; index++) tally.add(1)
  expect(said.slice(1).map(([count]) => count)).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256])
  expect(clock.pending).toBe(0)
})
