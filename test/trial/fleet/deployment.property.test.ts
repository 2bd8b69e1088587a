import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimulatedFleet } from './simulated-fleet.ts'

const strategies = fc.record({
  replicas: fc.integer({ min: 1, max: 6 }),
  maxSurge: fc.integer({ min: 0, max: 4 }),
  maxUnavailable: fc.integer({ min: 0, max: 4 }),
})

test('whatever the strategy: never fewer are available than may be missing, never more are there than the surge allows, and every pod is replaced', async () => {
  await fc.assert(
    fc.asyncProperty(
      strategies,
      fc.integer(),
      fc.array(fc.record({ startMs: fc.integer({ min: 0, max: 1900 }), drainMs: fc.integer({ min: 0, max: 6000 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (strategy, seed, behaviours) => {
        let isUnderWay = false
        let next = 0
        const missing = strategy.maxSurge === 0 && strategy.maxUnavailable === 0 ? 1 : strategy.maxUnavailable
        const fleet = new SimulatedFleet({
          strategy,
          seed,
          behaviour: () => behaviours[next++ % behaviours.length] ?? { startMs: 0, drainMs: 0 },
          onEvent: ({ deployment }) => {
            const active = deployment.pods.filter(({ isDeleted }) => !isDeleted)
            expect(active.length).toBeLessThanOrEqual(strategy.replicas + strategy.maxSurge)
            if (!isUnderWay) return
            const available = active.filter(({ isReady }) => isReady).length
            expect(available).toBeGreaterThanOrEqual(strategy.replicas - missing)
          },
        })
        fleet.deployment.deploy('old')
        await fleet.clock.advance(6000)
        expect(fleet.deployment.isSettled).toBe(true)
        isUnderWay = true
        fleet.deployment.deploy('new')
        await fleet.clock.advance(60_000)
        expect(fleet.deployment.isSettled).toBe(true)
        expect(fleet.deployment.pods.every(({ revision }) => revision === 'new')).toBe(true)
      },
    ),
    { numRuns: 30 },
  )
})

test('whatever the lag: what clients see is what the control plane said that long ago', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 5000 }), fc.integer(), async (lagMs, seed) => {
      const fleet = new SimulatedFleet({ seed, lagMs, behaviour: () => ({ startMs: 100, drainMs: 700 }) })
      fleet.deployment.deploy('old')
      await fleet.clock.advance(3000)
      fleet.deployment.deploy('new')
      await fleet.clock.advance(30_000)
      const said = new Set<string>()
      let last = ''
      for (const line of fleet.log) {
        const [, time = '', set = ''] = /^(\d+) control plane says (.*)$/.exec(line) ?? []
        if (set !== '' && set !== last) said.add(`${Number(time)} ${(last = set)}`)
      }
      for (const line of fleet.log) {
        const [, time = '', set = ''] = /^(\d+) clients see (.*)$/.exec(line) ?? []
        if (set === '') continue
        const near = [0, 1, -1].map((off) => `${Number(time) - lagMs + off} ${set}`)
        expect(near.some((text) => said.has(text))).toBe(true)
      }
    }),
    { numRuns: 20 },
  )
})
