import { join } from 'node:path'
import { expect, test } from 'vitest'
import { quietPort } from '../../../src/process/quiet-port.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import probesExist from '../../../src/trial/trials/PROBE-01.ts'
import readyMeansReady from '../../../src/trial/trials/START-01.ts'
import endsInTime from '../../../src/trial/trials/STOP-06.ts'
import readinessIsTrue from '../../../src/trial/trials/PROBE-03.ts'
import starts from '../../../src/trial/voyages/starts.ts'
import stopIdleConnections from '../../../src/trial/voyages/stop-idle-connections.ts'
import underway from '../../../src/trial/voyages/underway.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { stoppingFacts } from './stopped.ts'

const GOLDEN = join(import.meta.dirname, '..', 'services', 'golden-http2.ts')

/** A service of the runtime over HTTP/2 without TLS, whose probes have a port of their own. */
async function http2Facts(): Promise<Facts> {
  const adminPort = await quietPort('127.0.0.1')
  const facts = stoppingFacts('none', {
    command: [process.execPath, '--conditions=seaworthy-source', GOLDEN],
    protocol: { http1: false, h2c: true, tls: false },
    graceMs: { value: 30_000, origin: 'default' },
  })
  const { ready } = facts.probes
  if (ready === undefined) throw new Error('no probe')
  const probe = { ...ready, port: adminPort }
  return {
    ...facts,
    env: { ...facts.env, ADMIN_PORT: String(adminPort) },
    probes: { ready: probe, live: { ...probe, path: '/livez' } },
  }
}

test('under way, everything is asked over HTTP/2, and probes over HTTP/1.1', { timeout: 40_000 }, async () => {
  const facts = await http2Facts()
  const lifetimes = await sailVoyage(underway, facts)
  expect(judge(probesExist, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  expect(judge(readinessIsTrue, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  const requests = lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'request'))
  expect(new Set(requests.map(({ load }) => load))).toEqual(new Set(['new', 'keep-alive', 'odd-context', 'canary']))
  expect(requests.length).toBeGreaterThan(300)
  expect(new Set(requests.map(({ protocol, outcome }) => `${protocol} ${outcome}`))).toEqual(new Set(['h2 answered']))
  expect(lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'connection'))).toEqual([])
})

test('its starts pass', { timeout: 60_000 }, async () => {
  const facts = await http2Facts()
  const lifetimes = await sailVoyage(starts, facts)
  expect(judge(readyMeansReady, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
})

test('it ends in time with sessions that stand idle', { timeout: 40_000 }, async () => {
  const facts = await http2Facts()
  const lifetimes = await sailVoyage(stopIdleConnections, facts)
  expect(judge(endsInTime, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  const sessions = lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'session'))
  expect(sessions.filter(({ what }) => what === 'opened').length).toBeGreaterThan(10)
  expect(sessions.some(({ what }) => what === 'goaway')).toBe(true)
})
