import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startReceiver } from 'seaworthy/testing'
import { freePort } from '../../src/process/free-port.ts'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { type LogLine, QUICK, REGISTER, startApplication, startRegistered, toNodeOptions } from './start-registered.ts'
import { startProgram } from './start-service.ts'

const file = (name: string): URL => new URL(`services/registered/${name}`, import.meta.url)
const start = (name: string, env: Readonly<Record<string, string>> = {}, flags: readonly string[] = REGISTER) =>
  startProgram(file(name), { ...QUICK, ...env }, { flags })

describe('a process in which nothing listens', () => {
  test('is as without us: no listener, nothing patched, no port, and a signal ends it', async () => {
    await using worker = start('no-server.mjs')
    await worker.line('ready')
    expect(worker.lines).toEqual(['listeners 0', 'emit false exit exit', 'mode undefined', 'ready'])
    worker.kill('SIGTERM')
    expect(await worker.exit).toEqual({ code: null, signal: 'SIGTERM' })
    expect(worker.errorLines).toEqual([])
  })

  test('can be told to begin at once: ready, probes, a shutdown without a drain delay; children are not told', async () => {
    const env = { CASE: 'handler', SEAWORTHY_REGISTER: 'start', SEAWORTHY_DRAIN_DELAY: '30s' }
    await using worker = await startRegistered(file('no-server.mjs'), env)
    expect((await fetch(`${worker.adminUrl}/readyz`)).status).toBe(200)
    await worker.line('ready')
    expect(worker.lines).toContain('mode undefined')
    worker.kill('SIGTERM')
    expect(await worker.exit).toEqual({ code: 0, signal: null })
    expect(worker.lines.at(-1)).toBe('handler')
    expect(worker.report()).toMatchObject({ reason: 'SIGTERM', clean: true })
  })
})

test('SEAWORTHY_REGISTER=off leaves a service as it is', async () => {
  await using app = startProgram(file('application.mjs'), { ...QUICK, SEAWORTHY_REGISTER: 'off' }, { flags: REGISTER })
  await app.line('ready')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: null, signal: 'SIGTERM' })
  expect(app.errorLines).toEqual([])
})

test('a server in a worker thread is left alone', async () => {
  await using app = start('threads.mjs', { NODE_OPTIONS: toNodeOptions(REGISTER) })
  const url = (await app.line('ready')).slice('ready '.length)
  expect(await (await fetch(url)).text()).toBe('thread')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: null, signal: 'SIGTERM' })
  expect(app.errorLines).toEqual([])
})

test('the workers of a cluster are left alone, and say so', async () => {
  await using app = start('clustered.mjs')
  const url = (await app.line('ready')).slice('ready '.length)
  expect(await app.line('seaworthy/register does nothing')).toMatch(/workers of node:cluster are not supported/)
  expect(await (await fetch(url)).text()).toBe('worker')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

describe('on a Node that is too old', () => {
  const flags = ['--import', file('old-node.mjs').href, ...REGISTER]
  const SAID =
    /^seaworthy\/register does nothing in process \d+ \[SEA_NODE_TOO_OLD\]: This is Node 20\.20\.2, and Seaworthy needs 22\.15 or newer$/

  test('what listens goes on without us, and says so once', async () => {
    await using app = start('application.mjs', {}, flags)
    expect(await app.line('seaworthy/register')).toMatch(SAID)
    await app.line('ready')
    app.kill('SIGTERM')
    expect(await app.exit).toEqual({ code: null, signal: 'SIGTERM' })
    expect(app.errorLines.filter((line) => line.includes('seaworthy'))).toHaveLength(1)
  })

  test('what does not listen notices nothing, unless it is told to begin at once', async () => {
    await using tool = start('no-server.mjs', {}, flags)
    await tool.line('ready')
    tool.kill('SIGTERM')
    expect(await tool.exit).toEqual({ code: null, signal: 'SIGTERM' })
    expect(tool.errorLines).toEqual([])
    await using told = start('no-server.mjs', { SEAWORTHY_REGISTER: 'start' }, flags)
    expect(await told.line('seaworthy/register')).toMatch(SAID)
    await told.line('ready')
  })
})

test('children inherit the option: a tool notices nothing of it, a helper with a server does without probes', async () => {
  const { port } = await new Promise<AddressInfo>((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address() as AddressInfo
      server.close(() => resolve(address))
    })
  })
  const env = { NODE_OPTIONS: toNodeOptions(REGISTER), SEAWORTHY_ADMIN_PORT: String(port), HELPER: '1' }
  await using app = await startRegistered(file('parent.mjs'), env, { flags: [] })
  const helper = (await app.line('helper ')).slice('helper '.length)
  expect(app.lines).toContain('tool 0')
  await app.line('runs without probes')
  expect(await (await fetch(helper)).text()).toBe('helper')
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
})

test('a service that is built on Seaworthy already is left to itself, which is said', async () => {
  await using app = startProgram(
    new URL('services/shop.ts', import.meta.url),
    { OTEL_SDK_DISABLED: 'true', SEAWORTHY_ADMIN_PORT: '0' },
    { flags: REGISTER },
  )
  await app.line('shop is ready')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(app.errorLines.join('\n')).toContain('this service is built on Seaworthy already')
  expect(app.lines.filter((line) => line.includes('"shutdown"'))).toHaveLength(1)
})

test.each(['at once', 'later'])(
  'an application that attaches itself %s after it listens has one owner: its own service',
  async (when) => {
    await using receiver = await startReceiver()
    const port = String(await freePort())
    await using app = startProgram(
      file('attaches.mjs'),
      { ...receiver.environment(), WHEN: when, SEAWORTHY_ADMIN_PORT: port, SEAWORTHY_GRACE_SECONDS: '60' },
      { flags: REGISTER },
    )
    const url = (await app.line('ready http')).slice('ready '.length)
    await app.line('shop is ready')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    const late = fetch(`${url}?waitMs=200`)
    expect(await (await fetch(url)).text()).toBe('late')
    app.kill('SIGTERM')
    expect(await (await late).text()).toBe('late')
    expect(await app.exit).toEqual({ code: 0, signal: null })
    expect(app.errorLines).toEqual([expect.stringContaining('this service is built on Seaworthy already')])
    const said = app.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine)
    // The application's own one, and none of ours.
    expect(said.filter(({ level }) => level !== 'info')).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('there is another listener of SIGTERM') as string }),
    ])
    expect(said.filter(({ shutdown }) => shutdown !== undefined)).toMatchObject([
      { shutdown: { reason: 'SIGTERM', clean: true, aborted: [], phases: { drain: expect.any(Number) as number } } },
    ])
    expect(app.lines).toContain('listener of the application')
    expect(receiver.spans({ service: 'shop', kind: 'server' })).toHaveLength(2)
  },
)

test('an admin port that is taken is a warning: the service runs as before, without probes', async () => {
  const taken = createServer()
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, () => resolve((taken.address() as AddressInfo).port))
  })
  await using app = startProgram(
    file('application.mjs'),
    { ...QUICK, SEAWORTHY_ADMIN_PORT: String(port) },
    { flags: REGISTER },
  )
  const warning = await app.line('runs without probes')
  expect(warning).toContain(`port ${port} on all interfaces: it is taken`)
  expect(warning).toContain('set another port by SEAWORTHY_ADMIN_PORT')
  expect(warning).not.toContain('stack')
  const url = app.lines.find((line) => line.startsWith('ready'))?.slice('ready '.length) ?? ''
  expect(await (await fetch(url)).text()).toBe('answered after 0')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  taken.close()
})

test.each([
  ['a duration', { SEAWORTHY_DRAIN_DELAY: 'soon' }, 'SEAWORTHY_DRAIN_DELAY is "soon"'],
  ['a mode', { SEAWORTHY_REGISTER: 'yes' }, 'SEAWORTHY_REGISTER is "yes", expected one of listen, start, off'],
  [
    'a protocol',
    { OTEL_SDK_DISABLED: 'false', OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' },
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  ],
  ['slices beyond the grace', { SEAWORTHY_GRACE_SECONDS: '5', SEAWORTHY_STOP: '1m' }, 'SEA_BUDGET_EXCEEDS_GRACE'],
])('refused configuration, %s, ends the process at its start with 2', async (_what, env, message) => {
  await using app = start('application.mjs', env)
  expect(await app.exit).toEqual({ code: 2, signal: null })
  expect(app.errorLines.join('\n')).toContain(message)
})

test('everything that can’t be read is told in one message, under one header, with one hint', async () => {
  const env = {
    SEAWORTHY_DRAIN_DELAY: 'w',
    SEAWORTHY_STOP: 'x',
    SEAWORTHY_ADMIN_PORT: 'y',
    SEAWORTHY_LOG_LEVEL: 'z',
    SEAWORTHY_REGISTER: 'v',
  }
  await using app = start('application.mjs', env)
  expect(await app.exit).toEqual({ code: 2, signal: null })
  const [header, ...lines] = app.errorLines
  expect(header).toBe('seaworthy/register did not start [SEA_SERVICE_REFUSED]: The environment is not valid:')
  const named = lines.slice(0, -1).map((line) => /^ {2}- (\w+) is "/.exec(line)?.[1])
  expect(new Set(named)).toEqual(new Set(Object.keys(env)))
  expect(lines.at(-1)).toBe('  Correct or unset the variables named above.')
})

test('the admin port tells the budget of the shutdown', async () => {
  await using app = await startApplication('none', { SEAWORTHY_STOP: '3s' })
  const answer = await fetch(`${app.adminUrl}/-/budget`)
  expect(answer.status).toBe(200)
  expect(JSON.stringify(await answer.json())).toContain('"stop"')
})

test('variables that may be the application’s own are none of ours, whatever is in them', async () => {
  const env = {
    LOG_LEVEL: 'verbose',
    SERVICE_NAME: 'x',
    ENVIRONMENT: '{}',
    TRACE_SAMPLE_RATE: 'much',
    OTLP_ENDPOINT: ':',
  }
  await using app = await startApplication('none', env)
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(app.log().filter(({ level }) => level === 'warn')).toEqual([])
})

test('standard output is the application’s, and by default nothing but the report is said', async () => {
  const env = { CASE: 'none', SEAWORTHY_LOG_LEVEL: '' }
  await using app = startProgram(file('application.mjs'), { ...QUICK, ...env }, { flags: REGISTER })
  const url = (await app.line('ready')).slice('ready '.length)
  await fetch(url)
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(app.lines.map((line) => line.split(' ')[0])).toEqual(['ready', 'request', 'exit'])
  expect(app.errorLines).toEqual([expect.stringContaining('"shutdown"')])
})

test('a stop that takes longer than its drain delay says at every level what it waits for, by the name of the report', async () => {
  const env = { CASE: 'none', SEAWORTHY_LOG_LEVEL: '', SEAWORTHY_IN_FLIGHT: '2s' }
  await using app = startProgram(file('application.mjs'), { ...QUICK, ...env }, { flags: REGISTER })
  const url = (await app.line('ready')).slice('ready '.length)
  const hanging = fetch(`${url}/hang`).catch(() => 'cut')
  await app.line('request /hang')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 1, signal: null })
  expect(await hanging).toBe('cut')
  const said = app.errorLines.map((line) => JSON.parse(line) as LogLine)
  expect(said.map(({ msg }) => msg)).toContainEqual(
    expect.stringMatching(/received SIGTERM \S+ ago and has not ended: finish; 1 in flight: http:.*: GET \/hang for /),
  )
  const aborted = [expect.stringContaining(`${url}: GET /hang after `)]
  expect(said.at(-1)).toMatchObject({ shutdown: { aborted } })
})

test('every server is found, whatever it speaks and whenever it listens; sockets between processes are left alone', async () => {
  const { key, cert } = selfSignedCertificate()
  await using app = await startRegistered(file('many-servers.mjs'), { CERTIFICATE: JSON.stringify({ key, cert }) })
  const ports = JSON.parse((await app.line('ports ')).slice('ports '.length)) as Record<string, number | string>
  expect(app.lines).toContain('keepAlive 65000')
  const found = app.log().flatMap(({ msg }) => /^found (\S+)/.exec(msg)?.slice(1) ?? [])
  // A kind that can't be drained would be told of, and not found.
  const [before, again] = [`http://127.0.0.1:${ports['before']}`, `http://127.0.0.1:${ports['again']}`]
  expect(found).toContain(again)
  expect(found.filter((url) => url !== before && url !== again)).toEqual([
    `http://127.0.0.1:${ports['http']}`,
    `https://127.0.0.1:${ports['https']}`,
    `http://127.0.0.1:${ports['h2c']}`,
    `https://127.0.0.1:${ports['http2']}`,
    `tcp://127.0.0.1:${ports['tcp']}`,
    `unix:${ports['socket']}`,
  ])
  const answers = ['http', 'again'].map(async (name) => (await fetch(`http://127.0.0.1:${ports[name]}`)).text())
  app.kill('SIGTERM')
  expect(await Promise.all(answers)).toEqual(['answered', 'answered'])
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(app.report()).toMatchObject({ clean: true, aborted: [] })
})
