import { expect, test } from 'vitest'
import { Berths, noBerthsBecause, portAt } from '../../../src/trial/fleet/berths.ts'
import { makeFacts } from '../samples.ts'

/** A service whose port can't be told. */
function fixed(changes: Parameters<typeof makeFacts>[0] = {}) {
  const { portVariable: _, ...facts } = makeFacts(changes)
  return facts
}

test('each replica has a port of its own', async () => {
  const facts = makeFacts()
  expect(noBerthsBecause(facts)).toBeUndefined()
  const berths = new Berths(facts)
  const all = await Promise.all([berths.next(), berths.next(), berths.next()])
  expect(new Set(all.map(({ port }) => port)).size).toBe(3)
  expect(all.every(({ host }) => host === '127.0.0.1')).toBe(true)
})

test('a port that can not be told is shared by replicas with addresses of their own', async () => {
  const facts = fixed({ env: { HOST: '0.0.0.0' } })
  expect(noBerthsBecause(facts)).toBeUndefined()
  const berths = new Berths(facts)
  expect(await berths.next()).toEqual({ host: '127.77.0.1', port: 8080, env: { HOST: '127.77.0.1' } })
  expect(await berths.next()).toMatchObject({ host: '127.77.0.2', port: 8080 })
})

test('with neither, replicas can not run beside each other, and it is said what would help', () => {
  expect(noBerthsBecause(fixed())).toMatch(/all would listen on port 8080\. Let the service take its port/)
  expect(noBerthsBecause(fixed({ env: { HOST: 'build-host-7' } }))).toMatch(/port 8080/)
})

test('addresses of their own need the loopback network of Linux', () => {
  const machine = { isLinux: false, hasPidNamespaces: false, processorCount: 2 }
  expect(noBerthsBecause(fixed({ env: { HOST: 'localhost' }, machine }))).toMatch(/Linux/)
})

test('a second port that can be told is of its own for each replica, and probes go there', async () => {
  const facts = makeFacts({ adminPortVariable: 'ADMIN_PORT', env: { ADMIN_PORT: '9100' } })
  const berths = new Berths(facts)
  const [one, other] = [await berths.next(), await berths.next()]
  expect(one.adminPort).not.toBe(other.adminPort)
  expect(one.env).toEqual({ ADMIN_PORT: String(one.adminPort) })
  expect(portAt(one, 9100, facts)).toBe(one.adminPort)
  expect(portAt(one, 8080, facts)).toBe(one.port)
  expect(portAt(one, 9200, facts)).toBe(9200)
})
