import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { AdaptiveRate } from '../../../src/telemetry/sampling/adaptive-rate.ts'

/** A fixed sequence that looks random enough: traces whose numbers are spread evenly. */
function numbers(): () => number {
  let state = 12_345
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

/** Lets `perSecond` arrive evenly for some seconds; says how many of each second were sampled. */
async function run(rate: AdaptiveRate, clock: ManualClock, perSecond: number, seconds: number): Promise<number[]> {
  const next = numbers()
  const sampled: number[] = []
  for (let second = 0; second < seconds; second++) {
    let count = 0
    for (let index = 0; index < perSecond; index++) {
      if (index % 50 === 0) await clock.advance((1000 * Math.min(50, perSecond)) / perSecond)
      rate.arrive()
      if (rate.threshold.includes(Math.floor(next() * 2 ** 24), 0) && rate.pass()) count++
    }
    sampled.push(count)
  }
  return sampled
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

test('steady traffic: about the target is sampled, with a probability that is known', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 20)
  await run(rate, clock, 1000, 10)
  const sampled = sum(await run(rate, clock, 1000, 20)) / 20
  expect(sampled).toBeGreaterThan(14)
  expect(sampled).toBeLessThan(26)
  expect(rate.threshold.probability).toBeCloseTo(0.02, 2)
  expect(rate.isKnown).toBe(true)
})

test('traffic below the target is sampled in full', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 20)
  expect(await run(rate, clock, 10, 5)).toEqual([10, 10, 10, 10, 10])
  expect(rate.threshold.text).toBe('0')
})

test('a burst out of nothing is cut off by the net, and then by the probability', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 10)
  const [first = 0, ...later] = await run(rate, clock, 5000, 12)
  // Two seconds' worth at once, and a quarter more than the target in each second.
  expect(first).toBeLessThanOrEqual(33)
  for (const count of later) expect(count).toBeLessThanOrEqual(25)
  expect(sum(later.slice(-5)) / 5).toBeGreaterThan(5)
})

test('within a second, a burst lowers the probability each time that it has doubled', () => {
  const rate = new AdaptiveRate(new ManualClock(), 10)
  const probabilities = Array.from({ length: 1000 }, () => {
    rate.arrive()
    return rate.threshold.probability
  })
  expect(probabilities[8]).toBe(1)
  expect(probabilities[19]).toBeCloseTo(0.5, 3)
  expect(probabilities[38]).toBeCloseTo(0.5, 3)
  expect(probabilities[39]).toBeCloseTo(0.25, 3)
  expect(probabilities.at(-1)).toBeCloseTo(10 / 640, 3)
  expect(rate.isKnown).toBe(true)
})

test('the net makes the probability unknown, and only until the next second', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 1)
  const passed = [1, 2, 3].map(() => rate.pass())
  expect(passed).toEqual([true, true, false])
  expect(rate.isKnown).toBe(false)
  await clock.advance(999)
  rate.arrive()
  expect(rate.isKnown).toBe(false)
  await clock.advance(1)
  rate.arrive()
  expect(rate.isKnown).toBe(true)
})

test('after a long silence everything is sampled again, at once', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 10)
  await run(rate, clock, 1000, 10)
  expect(rate.threshold.probability).toBeLessThan(0.02)
  await clock.advance(60_000)
  rate.arrive()
  expect(rate.threshold.probability).toBe(1)
})

test('traffic that grows by and by never gets far beyond the target', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 20)
  for (let perSecond = 50; perSecond <= 2000; perSecond += 100) {
    for (const count of await run(rate, clock, perSecond, 2)) expect(count).toBeLessThanOrEqual(65)
  }
})

test('after a silence, a second is a second again: the first arrivals do not each end one', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 20)
  await run(rate, clock, 100, 10)
  await clock.advance(10_500)
  rate.arrive()
  const measured = rate.ratePerSecond
  rate.arrive()
  await clock.advance(500)
  rate.arrive()
  expect(rate.ratePerSecond).toBe(measured)
})

test('a probability that comes close to one becomes one, however small the step', async () => {
  const clock = new ManualClock()
  const rate = new AdaptiveRate(clock, 1000, 1010)
  expect(rate.threshold.probability).toBeCloseTo(0.99, 2)
  expect(rate.threshold.text).not.toBe('0')
  await clock.advance(1000)
  for (let index = 0; index < 5; index++) {
    rate.arrive()
    await clock.advance(1000)
  }
  expect(rate.threshold.text).toBe('0')
})
