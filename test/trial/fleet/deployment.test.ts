import { expect, test } from 'vitest'
import { SimulatedFleet } from './simulated-fleet.ts'

const GOOD = { startMs: 300, drainMs: 1500 }

test('a rollout replaces every pod, one after the other', async () => {
  const fleet = new SimulatedFleet({ behaviour: () => GOOD })
  fleet.deployment.deploy('old')
  await fleet.clock.advance(5000)
  expect(fleet.deployment.isSettled).toBe(true)

  fleet.deployment.deploy('new')
  expect(fleet.deployment.isComplete).toBe(false)
  await fleet.clock.advance(20_000)

  expect(fleet.deployment.isSettled).toBe(true)
  expect(fleet.deployment.pods.map(({ name }) => name)).toEqual(['new-1', 'new-2', 'new-3'])
  for (const pod of ['old-1', 'old-2', 'old-3']) {
    expect(fleet.orderOf(pod)).toEqual(['created', 'ready', 'deleted', 'signalled', 'unready', 'gone'])
  }
})

test('a new version that never becomes ready costs no old pod', async () => {
  const fleet = new SimulatedFleet({
    behaviour: (name) => ({ ...GOOD, startMs: name.startsWith('new') ? Infinity : 300 }),
    settings: { probes: { ready: { periodMs: 1000, failureThreshold: 3, initialDelayMs: 0 } } },
  })
  fleet.deployment.deploy('old')
  await fleet.clock.advance(5000)
  fleet.deployment.deploy('new')
  await fleet.clock.advance(60_000)

  expect(fleet.deployment.isComplete).toBe(false)
  expect(fleet.view.candidates).toEqual(['old-1', 'old-2', 'old-3'])
})

test('a deleted pod is no endpoint from that moment on, and clients see it after the lag', async () => {
  const fleet = new SimulatedFleet({ behaviour: () => GOOD, lagMs: 400 })
  fleet.deployment.deploy('old')
  await fleet.clock.advance(5000)
  fleet.deployment.deploy('new')
  await fleet.clock.advance(20_000)

  const deleted = fleet.log.findIndex((line) => line.endsWith(' deleted'))
  const [time = '', pod = ''] = (fleet.log[deleted] ?? '').split(' ')
  const says = fleet.log.slice(deleted + 1).find((line) => line.includes('control plane says')) ?? ''
  expect(says).toMatch(new RegExp(`^${time} control plane says [^/]* / ${pod}$`))
  const signalled = fleet.of(pod).find((line) => line.endsWith('signalled'))
  expect(signalled).toBe(`${time} ${pod} signalled`)
  const seen = fleet.log.find((line) => line.includes(`/ ${pod}`) && line.includes('clients see')) ?? ''
  expect(Number(seen.split(' ')[0])).toBe(Number(time) + 400)
})

test('when none is ready, new connections go to those that are being deleted and still serve', async () => {
  const fleet = new SimulatedFleet({
    strategy: { replicas: 1, maxSurge: 0, maxUnavailable: 1 },
    behaviour: () => ({ startMs: 300, drainMs: 5000 }),
  })
  fleet.deployment.deploy('old')
  await fleet.clock.advance(3000)
  fleet.deployment.deploy('new')
  await fleet.clock.advance(600)
  expect(fleet.view.candidates).toEqual(['old-1'])
  await fleet.clock.advance(3000)
  expect(fleet.view.candidates).toEqual(['new-1'])
})

test('a wait for the end of a rollout ends with the rollout, or when it is given up', async () => {
  const fleet = new SimulatedFleet({ behaviour: () => GOOD })
  const limit = new AbortController()
  fleet.deployment.deploy('old')
  const settled = fleet.deployment.when(() => fleet.deployment.isSettled, limit.signal)
  await fleet.clock.advance(5000)
  expect(await settled).toBe(true)

  const never = fleet.deployment.when(() => false, limit.signal)
  limit.abort()
  expect(await never).toBe(false)
})

test('when it is closed, every pod is deleted and none is made any more', async () => {
  const fleet = new SimulatedFleet({ behaviour: () => GOOD })
  fleet.deployment.deploy('old')
  await fleet.clock.advance(5000)
  const closed = fleet.deployment.close()
  await fleet.clock.advance(5000)
  await closed
  expect(fleet.deployment.pods).toEqual([])
})
