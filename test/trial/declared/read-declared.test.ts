import { expect, test } from 'vitest'
import type { Declared } from '../../../src/trial/declared/declared.ts'
import { type FlagValues, readDeclared } from '../../../src/trial/declared/read-declared.ts'
import { makeFolder } from './folder.ts'

const FILE = 'seaworthy.trial.yaml'

async function read(
  flags: FlagValues,
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Declared> {
  return readDeclared(flags, { cwd: await makeFolder(files), env })
}

test('what nobody said is absent', async () => {
  expect(await read({ json: true, quick: undefined })).toEqual({
    routes: [],
    candidateRoutes: [],
    probes: {},
    env: {},
    headers: {},
    dependencies: [],
    badValues: [],
    isInsecure: { value: false, origin: 'default' },
    notes: [],
  })
})

test('a flag is stronger than the file, and the file than the manifest', async () => {
  const manifest = `
kind: Deployment
metadata: { name: shop }
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 10
      containers: [{ name: shop, ports: [{ containerPort: 7000 }], resources: { limits: { memory: 256Mi } } }]
`
  const files = { 'deploy.yaml': manifest, [FILE]: 'manifest: deploy.yaml\ngrace: 20s\nport: 7001\n' }
  const declared = await read({ port: '7002' }, files)
  expect(declared.port).toEqual({ value: 7002, origin: 'flag' })
  expect(declared.graceMs).toEqual({ value: 20_000, origin: 'file' })
  expect(declared.memoryLimitBytes).toEqual({ value: 256 * 1024 * 1024, origin: 'manifest' })
})

test('a path by a flag keeps the timing of the file', async () => {
  const declared = await read({ ready: '/up' }, { [FILE]: 'ready: { path: /ready, period: 5s, failure-threshold: 2 }' })
  expect(declared.probes.ready).toEqual({
    path: { value: '/up', origin: 'flag' },
    periodMs: { value: 5000, origin: 'file' },
    failureThreshold: { value: 2, origin: 'file' },
  })
})

test('requests are a path, a method and a path, a whole URL, or a map', async () => {
  const declared = await read(
    { url: ['/a', 'HEAD /b', 'https://shop.test:8443/c?d=1'], upload: '/files', slow: 'POST /slow' },
    { [FILE]: 'crash: { method: POST, path: /boom, body: { hard: true } }' },
  )
  expect(declared.routes.map(({ value }) => `${value.method} ${value.path}`)).toEqual([
    'GET /a',
    'HEAD /b',
    'GET /c?d=1',
  ])
  expect(declared.upload?.value).toEqual({ method: 'POST', path: '/files', headers: {} })
  expect(declared.slow?.value.method).toBe('POST')
  expect(declared.crash?.value).toEqual({
    method: 'POST',
    path: '/boom',
    headers: { 'content-type': 'application/json' },
    body: '{"hard":true}',
  })
  expect(declared).toMatchObject({
    host: { value: 'shop.test' },
    port: { value: 8443, origin: 'flag' },
    isTls: { value: true },
  })
})

test('variables, headers, dependencies and bad values come as pairs or as maps', async () => {
  const declared = await read(
    {
      env: ['A=1', 'OTLP_ENDPOINT={otlp.grpc.hostport}'],
      header: 'X-Key: a:b',
      dep: ['db=DATABASE_URL'],
      'bad-value': 'MODE',
    },
    {
      [FILE]:
        'env: { A: 2, B: "{\\"x\\": 1}" }\nheader: { X-Other: two }\nbad-value: { MODE: bogus }\ndep: { cache: CACHE_URL }',
    },
    { DATABASE_URL: 'postgres://db', CACHE_URL: 'redis://cache' },
  )
  expect(declared.env).toEqual({
    A: { value: '1', origin: 'flag' },
    OTLP_ENDPOINT: { value: '{otlp.grpc.hostport}', origin: 'flag' },
    B: { value: '{"x": 1}', origin: 'file' },
  })
  expect(declared.headers).toEqual({
    'x-key': { value: 'a:b', origin: 'flag' },
    'x-other': { value: 'two', origin: 'file' },
  })
  expect(declared.dependencies.map(({ value }) => value)).toEqual([
    { name: 'db', variable: 'DATABASE_URL' },
    { name: 'cache', variable: 'CACHE_URL' },
  ])
  expect(declared.badValues.map(({ value }) => value)).toEqual([
    { variable: 'MODE', value: undefined, why: 'MODE is missing' },
  ])
})

test('everything that is wrong is told in one error, with its place and what to do', async () => {
  const files = { [FILE]: '# of the shop\ngrace: 30\nlvie: /livez\nreplicas: many\nready:\n  path: /r\n  perod: 1s\n' }
  const flags = { port: '70000', 'stop-signal': 'SIGKILL', env: ['X={otlp.grpc.hostprt}'], dep: 'db=DATABSE_URL' }
  const error = await read(flags, files, { DATABASE_URL: 'x' }).catch((problem: unknown) => problem)
  expect(error).toMatchObject({ code: 'SEA_TRIAL_DECLARATION_INVALID' })
  const { message } = error as Error
  for (const part of [
    '--port is "70000", expected a whole number from 1 to 65535',
    '--stop-signal is SIGKILL, which no process can hear',
    '--env gives X the place {otlp.grpc.hostprt}, which there is not. Did you mean "{otlp.grpc.hostport}"?',
    '--dep names the variable DATABSE_URL, which is not set. Did you mean "DATABASE_URL"?',
    `${FILE}:2: grace is "30"`,
    'Write 30s for seconds, or 30ms.',
    `${FILE}:3: lvie is not a key of this file. Did you mean "live"?`,
    `${FILE}:4: replicas is "many", expected a whole number from 1 to 100`,
    `${FILE}:7: ready.perod is not a part of a probe. Did you mean "period"?`,
  ])
    expect(message).toContain(part)
})

test.each([
  ['a header without a colon', { header: 'hunter2hunter2' }],
  ['a variable without a name', { env: '=hunter2hunter2' }],
  ['a URL with a password', { url: 'http://app:hunter2hunter2@shop.test/' }],
  ['a dependency given by its address', { dep: 'db=postgres://app:hunter2hunter2@db/shop' }],
  ['a URL in the place of a path', { ready: 'http://app:hunter2hunter2@shop.test/up' }],
])('the message about %s holds no secret', async (_what, flags) => {
  const error = await read(flags).catch((problem: unknown) => problem)
  expect(error).toMatchObject({ code: 'SEA_TRIAL_DECLARATION_INVALID' })
  expect((error as Error).message).not.toContain('hunter2')
})

test('a broken file is told by its line, without what stands in it', async () => {
  const error = await read({}, { [FILE]: 'port: 1\nheader: {authorization: "hunter2\n' }).catch(
    (problem: unknown) => problem,
  )
  expect((error as Error).message).toMatch(/^seaworthy\.trial\.yaml:\d+ is not valid YAML/)
  expect((error as Error).message).not.toContain('hunter2')
})

test('a reload is worked out from the file as it is', async () => {
  const files = { 'config.json': '{"colour":"blue"}' }
  const declared = await read({ reload: 'config.json blue=>green /colour SIGHUP' }, files)
  expect(declared.reload).toEqual({
    origin: 'flag',
    value: {
      file: 'config.json',
      changed: '{"colour":"green"}',
      signal: 'SIGHUP',
      observe: { path: '/colour', before: 'blue', after: 'green' },
    },
  })
  await expect(read({ reload: 'config.json red=>green /colour' }, files)).rejects.toThrow('is not in config.json')
  await expect(read({ reload: 'no.json red=>green /colour' }, files)).rejects.toThrow(
    "no.json, which can't be read (ENOENT)",
  )
  await expect(read({ reload: 'config.json' }, files)).rejects.toThrow('expected "FILE OLD=>NEW PATH [SIGNAL]"')
})

test('the same with a map, which says apart what is observed', async () => {
  const yaml =
    'reload:\n  file: config.json\n  replace: \'"level":1\'\n  by: \'"level":2\'\n  observe: { path: /level, before: one, after: two }\n'
  const declared = await read({}, { 'config.json': '{"level":1}', [FILE]: yaml })
  expect(declared.reload?.value).toEqual({
    file: 'config.json',
    changed: '{"level":2}',
    observe: { path: '/level', before: 'one', after: 'two' },
  })
})

test('an OpenAPI document gives the requests that can be made as they are', async () => {
  const openapi = `
servers: [{ url: https://shop.test/v1 }]
paths:
  /orders: { get: { parameters: [{ name: page, in: query }] }, post: {} }
  /orders/{id}: { get: { parameters: [{ name: id, in: path, required: true, schema: { example: 7 } }] } }
  /users/{id}: { get: { parameters: [{ name: id, in: path, required: true }] } }
  /search: { get: { parameters: [{ name: q, in: query, required: true, example: 'a b' }] } }
`
  const declared = await read({ openapi: 'api.yaml' }, { 'api.yaml': openapi })
  expect(declared.candidateRoutes.map(({ value }) => value.path)).toEqual([
    '/v1/orders',
    '/v1/orders/7',
    '/v1/search?q=a%20b',
  ])
})

test('pods of a percentage are worked out, and a rollout that could not go on is refused', async () => {
  const declared = await read({ replicas: '5', 'max-surge': '25%', 'max-unavailable': '25%' })
  expect([declared.maxSurge?.value, declared.maxUnavailable?.value]).toEqual([2, 1])
  await expect(read({ 'max-surge': '0', 'max-unavailable': '0' })).rejects.toThrow('leaves no pod to begin with')
})
