import fc from 'fast-check'
import { expect, test } from 'vitest'
import { supervise } from './supervise.ts'

interface Life {
  /** When each run began. */
  readonly begins: readonly number[]
  /** When the service was ended, if it was. */
  readonly endedAt: number | undefined
}

interface Story {
  readonly runs: readonly { readonly lastsMs: number; readonly fails: boolean; readonly random: number }[]
  readonly maxRestarts: number
  readonly withinMs: number
  readonly initialMs: number
  readonly maxMs: number
  readonly stableMs: number
}

/**
 * The life of a permanent task, told over again in the plainest way: every failure that was ever restarted is kept, and counted
 * anew each time.
 */
function tell(story: Story): Life {
  const restartedAt: number[] = []
  const begins: number[] = []
  let now = 0
  let inARow = 0
  for (const { lastsMs, random } of story.runs) {
    begins.push(now)
    now += lastsMs
    inARow = lastsMs >= story.stableMs ? 1 : inARow + 1
    let recent = 0
    for (const time of restartedAt) if (time > now - story.withinMs) recent++
    if (recent === story.maxRestarts) return { begins, endedAt: now }
    restartedAt.push(now)
    let bound = story.initialMs
    for (let doubled = 1; doubled < inARow && bound < story.maxMs; doubled++) bound *= 2
    now += Math.min(bound, story.maxMs) * random
  }
  begins.push(now)
  return { begins, endedAt: undefined }
}

/** Fractions that are exact in binary, so that both sides come to the very same times. */
const share = fc.integer({ min: 0, max: 63 }).map((n) => n / 64)

test('whatever runs come to, and when: restarts are made and refused as a count of all of them says', async () => {
  const story: fc.Arbitrary<Story> = fc.record({
    runs: fc.array(
      fc.record({
        lastsMs: fc.oneof(fc.constantFrom(0, 1, 999, 1_000), fc.integer({ min: 0, max: 3_000 })),
        fails: fc.boolean(),
        random: share,
      }),
      { minLength: 1, maxLength: 12 },
    ),
    maxRestarts: fc.integer({ min: 1, max: 5 }),
    withinMs: fc.constantFrom(1, 1_000, 4_096),
    initialMs: fc.constantFrom(0, 64, 512),
    maxMs: fc.constantFrom(0, 1_024, 8_192),
    stableMs: fc.constantFrom(0, 1_000, 60_000),
  })
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const { runs, maxRestarts, withinMs, initialMs, maxMs, stableMs } = told
      const begins: number[] = []
      const randoms = runs.map(({ random }) => random)
      const supervised = supervise({
        relay: {
          kind: 'permanent',
          group: { maxRestarts, withinMs },
          backoff: { initialMs, maxMs, random: () => randoms.shift() ?? 0 },
          stableMs,
          run: () => {
            const run = runs[begins.length]
            begins.push(supervised.clock.now())
            return new Promise((resolve, reject) => {
              if (run === undefined) return
              const end = (): void => (run.fails ? reject(new Error('broken')) : resolve(undefined))
              supervised.clock.schedule(run.lastsMs, end)
            })
          },
        },
      })
      await supervised.start()
      await supervised.clock.advance(1_000_000)
      const [end, ...more] = supervised.ends
      expect({ begins, endedAt: end?.at }).toEqual(tell(told))
      expect(more).toEqual([])
    }),
    { numRuns: 150 },
  )
})
