import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/load-config.ts'
import { SCHEMAS } from './same-schema.ts'
import { temporaryFiles } from './temporary-files.ts'

const REQUIRED = { database: { url: 'postgres://app:s3cret@db/orders', password: 'hunter2' } }

describe.each(SCHEMAS)('%s', (_, schema) => {
  test('the layers are merged key by key, and the highest one that sets a key wins', async () => {
    await using files = await temporaryFiles({
      'base.yaml': 'http:\n  port: 8001\n  host: base\n  keepAlive: false\ndatabase:\n  url: base\n',
      'site.json': '{ "http": { "port": 8002, "host": "site" } }',
    })
    const { value } = await loadConfig({
      schema,
      defaults: { http: { port: 8000 }, mode: 'test', ...REQUIRED },
      files: ['base.yaml', 'site.json'],
      cwd: files.directory,
      env: { HTTP__PORT: '8003', HTTP__HOST: 'env' },
      overrides: { http: { port: 8004 } },
    })
    expect(value).toMatchObject({
      http: { port: 8004, host: 'env', keepAlive: false },
      database: { url: 'base', poolSize: 5 },
      mode: 'test',
      tags: [],
    })
  })

  test('explain() and describe() name the source of every value, and show no secret', async () => {
    await using files = await temporaryFiles({
      'base.yaml': 'http:\n  port: 8001\ntags: [a, b]\n',
      password: 'hunter3\n',
    })
    const config = await loadConfig({
      schema,
      defaults: { mode: 'test', database: { url: REQUIRED.database.url } },
      files: ['base.yaml'],
      cwd: files.directory,
      env: { DATABASE__PASSWORD_FILE: 'password', DISCOUNT_RATIO: '0.25', LIMITS__PER_USER: '7' },
      overrides: { http: { host: 'localhost' } },
    })
    expect(config.value.database.password.reveal()).toBe('hunter3')
    expect(config.describe()).toMatchInlineSnapshot(`
      "database.password  [secret]                        variable DATABASE__PASSWORD_FILE, password
      database.poolSize  5                               schema default
      database.url       "postgres://app:***@db/orders"  defaults
      discountRatio      0.25                            variable DISCOUNT_RATIO
      http.host          "localhost"                     overrides
      http.keepAlive     true                            schema default
      http.port          8001                            base.yaml:2:3
      limits.perUser     7                               variable LIMITS__PER_USER
      mode               "test"                          defaults
      tags               ["a","b"]                       base.yaml:3:1"
    `)
    expect(config.explain()).toContainEqual({
      path: 'http.port',
      source: 'file',
      value: 8001,
      file: 'base.yaml',
      line: 2,
      column: 3,
    })
    expect(config.explain()).toContainEqual({
      path: 'database.password',
      source: 'environment',
      value: '[secret]',
      variable: 'DATABASE__PASSWORD_FILE',
      file: 'password',
    })
  })

  test.each([
    ['HTTP__PORT', '8081', { http: { port: 8081 } }],
    ['HTTP__HOST', '8081', { http: { host: '8081' } }],
    ['HTTP__HOST', 'true', { http: { host: 'true' } }],
    ['HTTP__HOST', '[1]', { http: { host: '[1]' } }],
    ['HTTP__KEEP_ALIVE', 'false', { http: { keepAlive: false } }],
    ['HTTP__KEEP_ALIVE', 'True', { http: { keepAlive: true } }],
    ['HTTP', '{"port": 1, "host": "x"}', { http: { port: 1, host: 'x', keepAlive: true } }],
    ['DISCOUNT_RATIO', '.5', { discountRatio: 0.5 }],
    ['TAGS', '["a"]', { tags: ['a'] }],
    ['LIMITS__PER_USER', '10', { limits: { perUser: 10 } }],
    ['LIMITS', '{"perUser": 10}', { limits: { perUser: 10 } }],
  ])('the variable %s=%s gets the type that the schema wants', async (name, text, expected) => {
    const { value } = await loadConfig({ schema, defaults: REQUIRED, env: { [name]: text } })
    expect(value).toMatchObject(expected)
  })

  test('variables that have nothing to do with the configuration are left alone', async () => {
    const env = {
      PATH: '/bin',
      http__port: 'lower case',
      HTTP_PORT: 'tcp://10.0.0.1:80',
      A__B: 'no first key is called a',
      HTTP__PORT: '',
      MODE: ' ',
      _: 'x',
      __HTTP: 'no first key',
    }
    const { value } = await loadConfig({ schema, defaults: REQUIRED, env })
    expect(value).toMatchObject({ http: { port: 8080 }, mode: 'live' })
  })

  test('a list replaces the list below it, and an absent override hides nothing', async () => {
    const { value } = await loadConfig({
      schema,
      defaults: { ...REQUIRED, tags: ['a', 'b'], mode: 'test' },
      overrides: { tags: ['c'], mode: undefined },
    })
    expect(value).toMatchObject({ tags: ['c'], mode: 'test' })
  })

  test('the value is frozen all the way down, and nothing of the caller is', async () => {
    const defaults = { ...REQUIRED, tags: ['a'] }
    const { value } = await loadConfig({ schema, defaults })
    expect([value, value.http, value.database, value.tags, value.limits].every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(defaults) || Object.isFrozen(defaults.database) || Object.isFrozen(defaults.tags)).toBe(
      false,
    )
    const again = await loadConfig({ schema, defaults: REQUIRED })
    expect(again.value).not.toBe(value)
  })

  test('with a prefix and names of their own, exactly those variables count', async () => {
    const { value } = await loadConfig({
      schema,
      envPrefix: 'ORDERS_',
      variables: { DATABASE_URL: 'database.url', PGPASSWORD: 'database.password' },
      env: {
        ORDERS_HTTP__KEEP_ALIVE: 'false',
        HTTP__PORT: 'not ours',
        DATABASE_URL: 'postgres://db',
        PGPASSWORD: 'hunter2',
      },
    })
    expect(value).toMatchObject({ http: { port: 8080, keepAlive: false }, database: { url: 'postgres://db' } })
    expect(value.database.password.reveal()).toBe('hunter2')
  })
})

test('keys are found however the schema spells them, and a literal name wins over a file of another key', async () => {
  const schema = z.object({
    tls: z.object({ cert: z.string().optional(), certFile: z.string().optional() }).prefault({}),
    'pool-size': z.number().optional(),
    max_age: z.number().optional(),
    apiURL: z.string().optional(),
    path: z.string().default('/'),
  })
  await using files = await temporaryFiles({ cert: 'PEM' })
  const { value } = await loadConfig({
    schema,
    cwd: files.directory,
    env: { TLS__CERT_FILE: '/etc/tls.pem', POOL_SIZE: '3', MAX_AGE: '4', API_URL: 'http://a', PATH: '/usr/bin' },
  })
  expect(value).toEqual({
    tls: { certFile: '/etc/tls.pem' },
    'pool-size': 3,
    max_age: 4,
    apiURL: 'http://a',
    path: '/',
  })
})

test('where any key is welcome at the top, only variables of declared keys count, unless there is a prefix', async () => {
  const schema = z.looseObject({ http: z.looseObject({}).prefault({}) })
  const env = { FOO: '1', FOO__BAR: '1', HTTP__PORT: '1', APP_FOO: '1' }
  expect((await loadConfig({ schema, env })).value).toEqual({ http: { port: '1' } })
  expect((await loadConfig({ schema, env, envPrefix: 'APP_' })).value).toEqual({ http: {}, foo: '1' })
})

test('a variable that the machine sets for itself counts when it is named, or has the prefix', async () => {
  const schema = z.object({ path: z.string(), home: z.string() })
  const { value } = await loadConfig({
    schema,
    envPrefix: 'APP_',
    variables: { HOME: 'home' },
    env: { HOME: '/root', APP_PATH: '/api', PATH: '/usr/bin' },
  })
  expect(value).toEqual({ path: '/api', home: '/root' })
})

test('a text that fits as it is stays a text, where the schema takes texts and numbers', async () => {
  const schema = z.object({ timeout: z.union([z.number(), z.string()]), id: z.number().nullable() })
  const { value } = await loadConfig({ schema, env: { TIMEOUT: '30', ID: 'null' } })
  expect(value).toEqual({ timeout: '30', id: null })
})

test('what a schema makes of a value is explained by where the value came from', async () => {
  const schema = z.object({
    server: z.string().transform((text) => ({ host: text.split(':')[0], port: Number(text.split(':')[1]) })),
    since: z.coerce.date(),
    home: z.url().transform((text) => new URL(text)),
    empty: z.object({}).prefault({}),
  })
  const config = await loadConfig({
    schema,
    defaults: { since: '2026-01-01', home: 'https://u:p@h/' },
    env: { SERVER: 'db:5432' },
  })
  expect(config.describe()).toMatchInlineSnapshot(`
    "empty        {}                          schema default
    home         "https://u:***@h/"          defaults
    server.host  "db"                        variable SERVER
    server.port  5432                        variable SERVER
    since        "2026-01-01T00:00:00.000Z"  defaults"
  `)
})

test('an optional file may be absent', async () => {
  await using files = await temporaryFiles({ 'site.yml': 'mode: test\n' })
  const { value } = await loadConfig({
    schema: z.object({ mode: z.string() }),
    files: [
      { path: 'none/none.yaml', optional: true },
      { path: 'site.yml', optional: true },
    ],
    cwd: files.directory,
  })
  expect(value).toEqual({ mode: 'test' })
})

test('what came from a file of a variable, or is listed as a secret, is not explained, whatever its name', async () => {
  const schema = z.object({ license: z.string(), pin: z.number(), seed: z.string() })
  await using files = await temporaryFiles({ license: 'hunter2' })
  const config = await loadConfig({
    schema,
    cwd: files.directory,
    env: { LICENSE_FILE: 'license', DB_PASSWORD: 'hunter4' },
    variables: { DB_PASSWORD: 'seed' },
    overrides: { pin: 1234 },
    secrets: ['pin'],
  })
  expect(config.value).toEqual({ license: 'hunter2', pin: 1234, seed: 'hunter4' })
  expect(config.explain().map(({ path, value }) => `${path}=${String(value)}`)).toEqual([
    'license=[secret]',
    'pin=[secret]',
    'seed=[secret]',
  ])
  expect(config.describe()).not.toMatch(/hunter|1234/)
})
