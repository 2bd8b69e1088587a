import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { Random } from '../../../src/load/random.ts'
import type { Declared } from '../../../src/trial/declared/declared.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import { survey } from '../../../src/trial/survey/survey.ts'
import { startDependency } from './start-services.ts'

const SERVICE = join(import.meta.dirname, '..', 'services', 'start-and-probes.mjs')
const NOTHING_DECLARED: Declared = {
  routes: [],
  candidateRoutes: [],
  probes: {},
  dependencies: [],
  env: {},
  headers: {},
  isInsecure: { value: false, origin: 'default' },
  badValues: [],
  notes: [],
}

function look(
  defect: string,
  {
    env = {},
    declared = {},
    command,
  }: { env?: Record<string, string>; declared?: Partial<Declared>; command?: string[] } = {},
): Promise<Facts> {
  return survey({
    declared: { ...NOTHING_DECLARED, startupMs: { value: 5000, origin: 'flag' }, ...declared },
    command: command ?? [process.execPath, SERVICE, defect],
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], ...env },
    clock: systemClock,
    random: new Random(1),
    signal: new AbortController().signal,
    say: () => {},
    unixMs: () => performance.timeOrigin + performance.now(),
    trialId: `survey-test-${process.pid}`,
  })
}

test('port, probes, routes, an upload and times are found of a service that nobody said anything of', async () => {
  const facts = await look('none')
  expect(facts).toMatchObject({
    portVariable: 'PORT',
    portTemplate: '{port}',
    protocol: { http1: true, h2c: false, tls: false },
    routes: [{ method: 'GET', path: '/' }],
    upload: { method: 'POST', path: '/echo' },
    probes: { ready: { path: '/readyz', origin: 'found' }, live: { path: '/livez', origin: 'found' } },
    telemetry: { traces: false, metrics: false, logs: false },
    warnings: [],
    standsBeside: true,
  })
  expect(facts.probes.ready?.port).toBe(facts.port.value)
  expect(facts.normal.readyAfterMs).toBeGreaterThanOrEqual(facts.normal.listeningAfterMs)
  expect(facts.normal.exitAfterMs).toBeGreaterThan(200)
})

test('a port that is written into the code is where requests go, and no variable is known for it', async () => {
  const facts = await look('hard-coded-port')
  expect(facts).toMatchObject({
    port: { value: 11_711, origin: 'found' },
    probes: { ready: { port: 11_711 } },
    standsBeside: false,
  })
  expect(facts).not.toHaveProperty('portVariable')
})

const HTTP_SECTION = [
  process.execPath,
  '--conditions=seaworthy-source',
  join(import.meta.dirname, '..', 'services', 'http-section.mjs'),
]

test('a service that refuses HTTP__PORT, because its section http has no port, is tried all the same', async () => {
  const facts = await look('none', { command: HTTP_SECTION, env: { SECTION: 'other' } })
  expect(facts).toMatchObject({ portVariable: 'PORT', standsBeside: true })
})

test('a service that takes its port from HTTP__PORT and nothing else is known by that, also where its own is taken', async () => {
  const known = { portVariable: 'HTTP__PORT', portTemplate: '{port}', standsBeside: true }
  const free = await look('none', { command: HTTP_SECTION, env: { SECTION: 'port' } })
  expect(free).toMatchObject({ ...known, port: { value: 11_713 } })
  const other = createServer().listen(11_713, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const taken = await look('none', { command: HTTP_SECTION, env: { SECTION: 'port' } })
  expect(taken).toMatchObject(known)
  expect(taken.port.value).not.toBe(11_713)
})

test('probes on a port of their own are told from requests', async () => {
  const facts = await look('admin-port')
  const adminPort = Number(facts.env['SEAWORTHY_ADMIN_PORT'])
  expect(facts).toMatchObject({
    adminPortVariable: 'SEAWORTHY_ADMIN_PORT',
    probes: { ready: { port: adminPort }, live: { port: adminPort } },
    routes: [{ path: '/' }],
    standsBeside: true,
  })
  expect(facts.port.value).not.toBe(adminPort)
})

test('a port for requests that opens after readiness has said yes on another one is waited for', async () => {
  const service = `
    const { createServer } = require('node:http')
    const probes = createServer(({ url }, response) => response.writeHead(/^.(ready|live)z$/.test(url) ? 200 : 404).end(url))
    probes.listen(process.env.SEAWORTHY_ADMIN_PORT, '127.0.0.1')
    setTimeout(() => createServer((_, response) => response.end('hello')).listen(process.env.PORT, '127.0.0.1'), 1000)
    process.on('SIGTERM', () => process.exit())`
  const facts = await look('none', { command: [process.execPath, '--eval', service] })
  expect(facts).toMatchObject({ portVariable: 'PORT', routes: [{ path: '/' }] })
  expect(facts.warnings.join()).not.toContain('Nothing but its probe')
})

test('a service of which no second copy starts beside the first is known by that', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-survey-'))
  const facts = await look('one-at-a-time', { env: { LOCK: join(folder, 'lock') } })
  rmSync(folder, { recursive: true })
  expect(facts).toMatchObject({ portVariable: 'PORT', standsBeside: false })
})

test('HTTP/2 without TLS is spoken to, and what answers as a probe there is none: no kubelet can ask', async () => {
  const facts = await look('h2c', { env: { START_MS: '1800' } })
  expect(facts).toMatchObject({
    protocol: { http1: false, h2c: true },
    routes: [{ path: '/' }],
    probes: {},
    probesOverHttp2: ['/readyz', '/livez'],
  })
  // It is waited for all the same.
  expect(facts.normal.readyAfterMs).toBeGreaterThan(1700)
})

test('of a service over HTTP/2 whose probes have a port of their own with HTTP/1.1, they are its probes', async () => {
  const facts = await look('h2c-admin-port')
  expect(facts).toMatchObject({
    protocol: { http1: false, h2c: true },
    probes: { ready: { path: '/readyz' }, live: { path: '/livez' } },
  })
  expect(facts.probes.ready?.port).toBe(Number(facts.env['SEAWORTHY_ADMIN_PORT']))
  expect(facts).not.toHaveProperty('probesOverHttp2')
})

test('a service that listens late, or becomes ready late, is waited for', async () => {
  const late = await look('listens-late')
  expect(late.normal.listeningAfterMs).toBeGreaterThan(1400)
  const slow = await look('none', { env: { START_MS: '1000' } })
  expect(slow.normal.readyAfterMs).toBeGreaterThan(900)
})

test('a service that goes into the background before it listens is waited for, and ended', async () => {
  const facts = await look('none', {
    command: [process.execPath, join(import.meta.dirname, '../services/daemonises.mjs')],
  })
  expect(facts).toMatchObject({ portVariable: 'PORT', routes: [{ method: 'GET', path: '/' }] })
  expect(facts.normal).not.toHaveProperty('exitAfterMs')
})

test('one path for both probes, and none, are what they are', async () => {
  expect((await look('one-probe')).probes).toMatchObject({ ready: { path: '/healthz' }, live: { path: '/healthz' } })
  expect((await look('no-probes')).probes).toEqual({})
})

test('a dependency is found by the variable that holds its address, and a listener on the loopback is warned of', async () => {
  await using dependency = await startDependency()
  const { port } = dependency.fact
  const facts = await look('loopback-only', {
    env: { DEPENDENCY: `tcp://user:secret@127.0.0.1:${port}/x`, NOBODY_URL: 'redis://127.0.0.1:1' },
  })
  expect(facts.dependencies).toEqual([
    {
      name: 'dependency',
      variable: 'DEPENDENCY',
      template: 'tcp://user:secret@{host}:{port}/x',
      host: '127.0.0.1',
      port,
      protocol: 'tcp',
      origin: 'found',
    },
  ])
  expect(facts.warnings).toEqual([expect.stringContaining('listens on 127.0.0.1 only')])
})

test('a dependency is found by a variable for its host and one for its port', async () => {
  await using dependency = await startDependency()
  const { port } = dependency.fact
  const facts = await look('none', { env: { DB_HOST: '127.0.0.1', DB_PORT: String(port), OTHER_HOST: '127.0.0.1' } })
  expect(facts.dependencies).toEqual([
    {
      name: 'db',
      variable: 'DB_HOST',
      portVariable: 'DB_PORT',
      template: '{host}',
      host: '127.0.0.1',
      port,
      protocol: 'tcp',
      origin: 'found',
    },
  ])
})

test.each(['host: "::1"', 'host: "::", ipv6Only: true'])('a service on IPv6 alone is found: %s', async (where) => {
  const script = `require('http').createServer((_, answer) => answer.end('ok')).listen({ port: +process.env.PORT, ${where} })`
  const facts = await look('none', { command: [process.execPath, '-e', script] })
  expect(facts).toMatchObject({ host: '::1', portVariable: 'PORT', routes: [{ method: 'GET', path: '/' }] })
})

test('what was declared is stronger than what is found', async () => {
  const facts = await look('none', {
    declared: {
      probes: { live: { path: { value: '/', origin: 'flag' }, periodMs: { value: 3000, origin: 'manifest' } } },
      routes: [{ value: { method: 'GET', path: '/livez', headers: {} }, origin: 'flag' }],
      headers: { 'X-Key': { value: 'k', origin: 'flag' } },
      graceMs: { value: 7000, origin: 'manifest' },
    },
  })
  expect(facts).toMatchObject({
    probes: { ready: { path: '/readyz' }, live: { path: '/', origin: 'flag', periodMs: 3000 } },
    routes: [{ path: '/livez', headers: { 'X-Key': 'k' } }],
    graceMs: { value: 7000, origin: 'manifest' },
  })
})

test('a service that opens no port, ends at once, or does not exist is refused with what was seen', async () => {
  const never = look('never-listens', { declared: { startupMs: { value: 1500, origin: 'flag' } } })
  await expect(never).rejects.toMatchObject({
    code: 'SEA_TRIAL_NOT_LISTENING',
    message: expect.stringMatching(/opened no port within 2 s\. Its last lines:\n {2}sleeping/),
  })
  await expect(look('ends-at-once')).rejects.toMatchObject({
    code: 'SEA_TRIAL_NOT_LISTENING',
    message: expect.stringMatching(
      /ended with exit code 3 before it opened a port\. Its last lines:\n {2}no such table/,
    ),
  })
  await expect(look('none', { command: ['/there/is/no/such'] })).rejects.toMatchObject({
    code: 'SEA_PROCESS_NOT_STARTED',
  })
})

test('a service that answers nothing with success is refused', async () => {
  await expect(look('answers-nothing')).rejects.toMatchObject({ code: 'SEA_TRIAL_NO_ROUTE' })
})
