import { chmod, mkdir, symlink } from 'node:fs/promises'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig, type LoadConfigOptions } from '../../src/config/load-config.ts'
import { Secret, toSecret } from '../../src/config/secret.ts'
import { refusalOf } from './refusal.ts'
import { SCHEMAS } from './same-schema.ts'
import { temporaryFiles } from './temporary-files.ts'

const CANARY = 'hunter2-canary'

describe.each(SCHEMAS)('%s', (name, schema) => {
  test('every problem of every source is in one message, each with its place', async () => {
    await using files = await temporaryFiles({
      'base.yaml': `http:\n  port: "80a"\n  prot: 3\ndatabase:\n  pool_size: 3\n  password: 12\nmode: tset\ntags: x\n`,
      'site.json': '{\n  "limits": { "perUser": "many" },\n  "limit": {}\n}',
    })
    const message = await refusalOf(
      loadConfig({
        schema,
        defaults: { databse: {} },
        files: ['base.yaml', 'site.json', 'none.yaml'],
        cwd: files.directory,
        env: { HTTP__PROT: '1', HTTP___PORT: '1', HTTP__PORT__X: '1', DISCOUNT_RATIO: 'abc', DATABASE__POOL_SIZE: 'x' },
        overrides: { http: { keepAlive: 'no' } },
      }),
      files.directory,
    )
    const byLibrary: Record<string, () => void> = {
      zod: () =>
        expect(message).toMatchInlineSnapshot(`
        "The configuration is not valid (16 problems):
          - none.yaml: there is no such file. Create it, correct its path (seen from <dir>), or list it as optional.
          - variable HTTP__PORT__X: would set http.port.x, but http.port has no keys
          - variable HTTP__PROT: would set http.prot, but there is no such key. Did you mean "HTTP__PORT"?
          - variable HTTP___PORT: stands for no key: keys are upper-case words with "_" between them, and have "__" between each other
          - databse (defaults): there is no such key. Did you mean "database"?
          - http.prot (base.yaml:3:3): there is no such key. Did you mean "http.port"?
          - database.pool_size (base.yaml:5:3): there is no such key. Did you mean "database.poolSize"?
          - limit (site.json:3:3): there is no such key. Did you mean "limits"?
          - http.port = "80a" (base.yaml:2:3): Invalid input: expected number, received string
          - http.keepAlive = "no" (overrides): Invalid input: expected boolean, received string
          - database.password = [secret] (base.yaml:6:3): Invalid input: expected string, received number
          - database.poolSize = "x" (variable DATABASE__POOL_SIZE): Invalid input: expected number, received string
          - mode = "tset" (base.yaml:7:1): Invalid option: expected one of "live"|"test"
          - tags = "x" (base.yaml:8:1): Invalid input: expected array, received string
          - discountRatio = "abc" (variable DISCOUNT_RATIO): Invalid input: expected number, received string
          - limits.perUser = "many" (site.json:2:15): Invalid input: expected number, received string"
      `),
      valibot: () =>
        expect(message).toMatchInlineSnapshot(`
        "The configuration is not valid (16 problems):
          - none.yaml: there is no such file. Create it, correct its path (seen from <dir>), or list it as optional.
          - variable HTTP__PORT__X: would set http.port.x, but http.port has no keys
          - variable HTTP__PROT: would set http.prot, but there is no such key. Did you mean "HTTP__PORT"?
          - variable HTTP___PORT: stands for no key: keys are upper-case words with "_" between them, and have "__" between each other
          - databse (defaults): there is no such key. Did you mean "database"?
          - http.prot (base.yaml:3:3): there is no such key. Did you mean "http.port"?
          - database.pool_size (base.yaml:5:3): there is no such key. Did you mean "database.poolSize"?
          - limit (site.json:3:3): there is no such key. Did you mean "limits"?
          - http.port = "80a" (base.yaml:2:3): Invalid type: Expected number but received "80a"
          - http.keepAlive = "no" (overrides): Invalid type: Expected boolean but received "no"
          - database.password = [secret] (base.yaml:6:3): Invalid type: Expected string but received 12
          - database.poolSize = "x" (variable DATABASE__POOL_SIZE): Invalid type: Expected number but received "x"
          - mode = "tset" (base.yaml:7:1): Invalid type: Expected ("live" | "test") but received "tset"
          - tags = "x" (base.yaml:8:1): Invalid type: Expected Array but received "x"
          - discountRatio = "abc" (variable DISCOUNT_RATIO): Invalid type: Expected number but received "abc"
          - limits.perUser = "many" (site.json:2:15): Invalid type: Expected number but received "many""
      `),
      arktype: () =>
        expect(message).toMatchInlineSnapshot(`
        "The configuration is not valid (16 problems):
          - none.yaml: there is no such file. Create it, correct its path (seen from <dir>), or list it as optional.
          - variable HTTP__PORT__X: would set http.port.x, but http.port has no keys
          - variable HTTP__PROT: would set http.prot, but there is no such key. Did you mean "HTTP__PORT"?
          - variable HTTP___PORT: stands for no key: keys are upper-case words with "_" between them, and have "__" between each other
          - databse (defaults): there is no such key. Did you mean "database"?
          - http.prot (base.yaml:3:3): there is no such key. Did you mean "http.port"?
          - database.pool_size (base.yaml:5:3): there is no such key. Did you mean "database.poolSize"?
          - limit (site.json:3:3): there is no such key. Did you mean "limits"?
          - database.password = [secret] (base.yaml:6:3): must be a string (was a number)
          - database.poolSize = "x" (variable DATABASE__POOL_SIZE): must be a number (was a string)
          - http.port = "80a" (base.yaml:2:3): must be a number (was a string)
          - http.keepAlive = "no" (overrides): must be boolean (was "no")
          - tags = "x" (base.yaml:8:1): must be an array (was string)
          - limits.perUser = "many" (site.json:2:15): must be a number (was a string)
          - mode = "tset" (base.yaml:7:1): must be "live" or "test" (was "tset")
          - discountRatio = "abc" (variable DISCOUNT_RATIO): must be a number (was a string)"
      `),
      'an own schema': () =>
        expect(message).toMatchInlineSnapshot(`
        "The configuration is not valid (16 problems):
          - none.yaml: there is no such file. Create it, correct its path (seen from <dir>), or list it as optional.
          - variable HTTP__PORT__X: would set http.port.x, but http.port has no keys
          - variable HTTP___PORT: stands for no key: keys are upper-case words with "_" between them, and have "__" between each other
          - databse (defaults): there is no such key. Did you mean "database"?
          - http.prot (base.yaml:3:3): there is no such key. Did you mean "http.port"?
          - database.pool_size (base.yaml:5:3): there is no such key. Did you mean "database.poolSize"?
          - limit (site.json:3:3): there is no such key. Did you mean "limits"?
          - http.prot (variable HTTP__PROT): there is no such key. Did you mean "http.port"?
          - http.port = "80a" (base.yaml:2:3): Invalid type: Expected number but received "80a"
          - http.keepAlive = "no" (overrides): Invalid type: Expected boolean but received "no"
          - database.password = [secret] (base.yaml:6:3): Invalid type: Expected string but received 12
          - database.poolSize = "x" (variable DATABASE__POOL_SIZE): Invalid type: Expected number but received "x"
          - mode = "tset" (base.yaml:7:1): Invalid type: Expected ("live" | "test") but received "tset"
          - tags = "x" (base.yaml:8:1): Invalid type: Expected Array but received "x"
          - discountRatio = "abc" (variable DISCOUNT_RATIO): Invalid type: Expected number but received "abc"
          - limits.perUser = "many" (site.json:2:15): Invalid type: Expected number but received "many""
      `),
    }
    byLibrary[name]?.()
  })

  test('a missing key is named with the ways to set it', async () => {
    await using files = await temporaryFiles({ 'orders.yaml': 'database:\n  url: postgres://db\n' })
    const message = await refusalOf(
      loadConfig({ schema, files: ['orders.yaml'], cwd: files.directory, env: { PATH: '/bin' } }),
    )
    expect(message).toContain('database.password (not set): ')
    expect(message).toContain('Set it in orders.yaml or as variable DATABASE__PASSWORD.')
    expect(message.split('\n')).toHaveLength(2)
  })

  test('no secret is in a message, whatever the library puts there', async () => {
    await using files = await temporaryFiles({
      'base.yaml': `database:\n  password: [${CANARY}]\n  url: { password: ${CANARY} }\nmode: postgres://u:${CANARY}@h\n`,
      secret: CANARY,
    })
    const message = await refusalOf(
      loadConfig({
        schema,
        files: ['base.yaml'],
        cwd: files.directory,
        env: { DISCOUNT_RATIO_FILE: 'secret', HTTP: `{"password":"${CANARY}"}` },
        variables: { DB_PASSWORD: 'http.port' },
        overrides: { limits: { apiKey: CANARY } },
      }),
    )
    expect(message).not.toContain(CANARY)
    expect(message).toContain('discountRatio = [secret] (variable DISCOUNT_RATIO_FILE, secret): ')
    expect(message).toContain('limits.apiKey = [secret] (overrides): ')
    const named = await refusalOf(loadConfig({ schema, env: { P: CANARY }, variables: { P: 'http.port' } }))
    expect(named, 'only a name or a list can tell that a value is a secret').toContain(CANARY)
    const listed = await refusalOf(
      loadConfig({ schema, env: { P: CANARY }, variables: { P: 'http.port' }, secrets: ['http.port'] }),
    )
    expect(listed).not.toContain(CANARY)
    expect(listed).toContain('http.port = [secret] (variable P): ')
  })
})

async function refusal(options: LoadConfigOptions, directory?: string): Promise<string> {
  return refusalOf(loadConfig(options), directory)
}

describe('files', () => {
  const schema = z.looseObject({})

  test.each([
    [
      'an open list',
      'a.yaml',
      'a: [1\nb: 2',
      ':2:1: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a tab', 'a.yaml', 'a:\n\tb: 1', ':2:1: is not valid YAML: Tabs are not allowed as indentation'],
    [
      'stray text',
      'a.yaml',
      `a: 1\n${CANARY}: ]`,
      ':2:17: is not valid YAML: Unexpected flow-seq-end token in YAML stream',
    ],
    [
      'a block without a line',
      'a.yaml',
      `a: |${CANARY}`,
      ':1:5: is not valid YAML: Block scalar header includes extra characters',
    ],
    ['two documents', 'a.yaml', 'a: 1\n---\nb: 2', ':2:1: a second document begins. Put it into a file of its own.'],
    ['a key twice', 'a.yaml', 'a: 1\nb:\n  c: 1\n  c: 2', ':4:3: the same key was there before. Keep one of the two.'],
    ['a list', 'a.yaml', '- a', ':1:1: holds a list, expected keys'],
    ['a text', 'a.yaml', CANARY, ':1:1: holds a single value, expected keys'],
    ['a tag', 'a.yaml', `a: !${CANARY} x`, ':1:4: tags are not supported. Quote a value that begins with "!".'],
    [
      'an alias of nothing',
      'a.yaml',
      `a: *${CANARY}`,
      ':1:4: an alias names an anchor that is not there. Quote a value that begins with "*".',
    ],
    ['an alias of itself', 'a.yaml', 'a: &a\n  b: *a', ':2:3: an alias stands inside what it repeats'],
    [
      'a reserved character',
      'a.yaml',
      `a: @${CANARY}`,
      ':1:4: a value begins with a character that has a meaning in YAML. Quote it.',
    ],
    [
      'a wrong escape',
      'a.yaml',
      `a: "${CANARY}\\q"`,
      ':1:19: an escape sequence in double quotes is not valid. Write "\\\\" for a backslash, or use single quotes.',
    ],
    [
      'a directive',
      'a.yaml',
      `%${CANARY}\n---\na: 1`,
      ':1:1: a directive is not valid. Quote a value that begins with "%".',
    ],
    [
      'a merge key',
      'a.yaml',
      'a: &a { b: 1 }\nc:\n  <<: *a',
      ':3:3: merge keys ("<<") are not supported, YAML 1.2 has none. Write the keys out, or put the shared ones into a file listed before this one.',
    ],
    ['a key that is a list', 'a.yaml', '? [a]\n: 1', ':1:3: a key is an object or a list, expected a text'],
    [
      'too many digits',
      'a.yaml',
      'id: 12345678901234567890',
      ':1:5: a whole number is too large to be kept exactly. Quote it to make it a text.',
    ],
    ['bytes that are no UTF-8', 'a.yaml', new Uint8Array([0x61, 0x3a, 0x20, 0xff]), ': is not UTF-8'],
    ['more than a mebibyte', 'a.yaml', `a: ${'x'.repeat(1024 * 1024)}`, ': is larger than 1048576 bytes'],
    ['nothing', 'a.json', '', ':1:1: is empty, expected keys'],
    ['a list', 'a.json', '[]', ':1:1: expected "{"'],
    ['an open text', 'a.json', `{"a": "${CANARY}`, ':1:7: a text has no end on its line'],
    ['a bare word', 'a.json', `{"a": ${CANARY}}`, ':1:7: expected a value'],
    ['a key twice', 'a.json', '{"a": 1,\n "a": 2}', ':2:2: the same key was there before. Keep one of the two.'],
    ['a trailing comma', 'a.json', '{"a": 1,}', ':1:9: a comma stands before the end. Remove the comma.'],
    ['a missing comma', 'a.json', '{"a": 1 "b": 2}', ':1:9: expected "," or "}"'],
    ['a comment', 'a.json', '{ // x\n}', ':1:3: expected a key in double quotes'],
    [
      'too many digits',
      'a.json',
      '{"a": 12345678901234567890}',
      ':1:7: a number is too large to be kept exactly. Quote it to make it a text.',
    ],
    [
      'a wrong escape',
      'a.json',
      `{"a": "${CANARY}\\q"}`,
      ':1:7: a text holds a tab, another control character, or an escape sequence that is not valid. Write "\\\\" for a backslash, "\\t" for a tab.',
    ],
    ['more after the end', 'a.json', '{} {}', ':1:4: expected the end of the file'],
    ['another format', 'a.toml', 'a = 1', ': has an unknown format. Use .yaml, .yml or .json.'],
  ])('%s in %s is refused with its place and without its content', async (_, name, content, expected) => {
    await using files = await temporaryFiles({ [name]: content })
    const message = await refusal({ schema, files: [name], cwd: files.directory }, files.directory)
    expect(message).toBe(`The configuration is not valid (1 problem):\n  - ${name}${expected}`)
    expect(message).not.toContain(CANARY)
  })

  test('only the first complaint about each line is shown, and at most five of a file', async () => {
    await using files = await temporaryFiles({ 'a.yaml': '}}}{{{ ]]', 'b.yaml': 'a: 1\n'.repeat(2000) })
    const message = await refusal({ schema, files: ['a.yaml', 'b.yaml'], cwd: files.directory })
    expect(message.split('\n').map((line) => line.split(' ')[3] ?? '')).toEqual([
      'not',
      'a.yaml:1:1:',
      'b.yaml:2:1:',
      'b.yaml:3:1:',
      'b.yaml:4:1:',
      'b.yaml:5:1:',
      'b.yaml:6:1:',
    ])
  })

  test('what is no readable file is said to be so', async () => {
    await using files = await temporaryFiles({})
    await mkdir(files.path('folder.yaml'))
    await symlink('loop.yaml', files.path('loop.yaml'))
    const names = ['none.yaml', 'folder.yaml', 'loop.yaml']
    expect(await refusal({ schema, files: names, cwd: files.directory }, files.directory)).toMatchInlineSnapshot(`
      "The configuration is not valid (3 problems):
        - none.yaml: there is no such file. Create it, correct its path (seen from <dir>), or list it as optional.
        - folder.yaml: is a directory, expected a file
        - loop.yaml: is a link that leads to itself"
    `)
  })

  test.skipIf(process.getuid?.() === 0)('a file that this user may not read is said to be so', async () => {
    await using files = await temporaryFiles({ 'locked.yaml': 'a: 1' })
    await chmod(files.path('locked.yaml'), 0)
    expect(await refusal({ schema, files: ['locked.yaml'], cwd: files.directory })).toBe(
      'The configuration is not valid (1 problem):\n  - locked.yaml: may not be read by this user',
    )
  })

  test('a file of aliases that multiply is refused before it fills the memory', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? 'x' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array(9).fill(item).join(', ')}]`
    })
    await using files = await temporaryFiles({ 'bomb.yaml': levels.join('\n') })
    const message = await refusal({ schema, files: ['bomb.yaml'], cwd: files.directory })
    expect(message).toMatch(/bomb\.yaml:\d+:\d+: holds more than 100000 values, aliases written out$/)
  })

  test.each([
    ['deep.yaml', `a: ${'['.repeat(50_000)}`, /deep\.yaml:1:\d+: is nested too deeply$/],
    ['deep.yaml', `a: ${'['.repeat(70)}${']'.repeat(70)}`, /deep\.yaml:1:\d+: is nested deeper than 64 levels$/],
    ['deep.json', `{"a": ${'['.repeat(50_000)}`, /deep\.json:1:\d+: is nested deeper than 64 levels$/],
    ['many.json', `{"a": [${'1,'.repeat(100_000)}1]}`, /many\.json:1:\d+: holds more than 100000 values/],
  ])('%s that exhausts a parser is refused', async (name, content, expected) => {
    await using files = await temporaryFiles({ [name]: content })
    expect(await refusal({ schema, files: [name], cwd: files.directory })).toMatch(expected)
  })

  test('keys are not called missing while the file that could set them is broken', async () => {
    await using files = await temporaryFiles({ 'a.yaml': 'port: [' })
    const message = await refusal({
      schema: z.object({ port: z.number(), host: z.string() }),
      files: ['a.yaml'],
      cwd: files.directory,
      overrides: { host: 1 },
    })
    expect(message).toMatchInlineSnapshot(`
      "The configuration is not valid (2 problems):
        - a.yaml:1:8: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
        - host = 1 (overrides): Invalid input: expected string, received number"
    `)
  })

  test('a key that would change a prototype is unknown everywhere, even where any key is welcome', async () => {
    await using files = await temporaryFiles({ 'a.json': '{"__proto__": {"admin": true}, "b": {"__proto__": 1}}' })
    expect(await refusal({ schema, files: ['a.json'], cwd: files.directory })).toMatchInlineSnapshot(`
      "The configuration is not valid (2 problems):
        - __proto__ (a.json:1:2): there is no such key
        - b.__proto__ (a.json:1:38): there is no such key"
    `)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('unknown keys', () => {
  test('they are found in lists, in layers that others cover, and not twice when the schema is strict', async () => {
    const schema = z.strictObject({ servers: z.array(z.strictObject({ url: z.string() })), mode: z.string() })
    await using files = await temporaryFiles({
      'low.yaml': 'servers: [{ ulr: covered }]\nmdoe: x\n',
      'high.yaml': 'servers:\n  - url: a\n  - ulr: b\nmdoe: y\nmode: z\n',
    })
    expect(await refusal({ schema, files: ['low.yaml', 'high.yaml'], cwd: files.directory })).toMatchInlineSnapshot(`
      "The configuration is not valid (4 problems):
        - mdoe (low.yaml:2:1): there is no such key. Did you mean "mode"?
        - servers[1].ulr (high.yaml:3:5): there is no such key. Did you mean "servers[1].url"?
        - mdoe (high.yaml:4:1): there is no such key. Did you mean "mode"?
        - servers[1].url (not set in high.yaml:3:5): Invalid input: expected string, received undefined"
    `)
  })

  test.each([
    [
      'zod',
      z.object({
        auth: z.discriminatedUnion('type', [
          z.object({ type: z.literal('basic'), user: z.string() }),
          z.object({ type: z.literal('token'), issuer: z.string() }),
        ]),
      }),
    ],
    [
      'valibot',
      v.object({
        auth: v.variant('type', [
          v.object({ type: v.literal('basic'), user: v.string() }),
          v.object({ type: v.literal('token'), issuer: v.string() }),
        ]),
      }),
    ],
  ])('%s: of alternatives only the keys of the one that is meant are known', async (_, schema) => {
    const auth = (value: object) => ({ schema, defaults: { auth: value } })
    await expect(loadConfig(auth({ type: 'basic', user: 'x' }))).resolves.toBeDefined()
    expect(await refusal(auth({ type: 'basic', user: 'x', issuer: 'y' }))).toContain(
      'auth.issuer (defaults): there is no',
    )
    expect(await refusal(auth({ type: 'bsic', user: 'x' }))).not.toContain('auth.user')
    const env = { AUTH__TYPE: 'token', AUTH__ISSUER: 'me' }
    await expect(loadConfig({ schema, env })).resolves.toMatchObject({
      value: { auth: { type: 'token', issuer: 'me' } },
    })
  })

  test.each([
    ['zod', z.strictObject({ mode: z.string(), http: z.strictObject({ port: z.number() }) })],
    ['valibot', v.strictObject({ mode: v.string(), http: v.strictObject({ port: v.number() }) })],
  ])('%s: a strict schema does not report them again', async (_, schema) => {
    const defaults = { mdoe: 'x', mode: 'x', http: { port: 1, prot: 2 } }
    expect(await refusal({ schema, defaults })).toMatchInlineSnapshot(`
      "The configuration is not valid (2 problems):
        - mdoe (defaults): there is no such key. Did you mean "mode"?
        - http.prot (defaults): there is no such key. Did you mean "http.port"?"
    `)
  })

  test.each([
    ['zod', z.object({ labels: z.looseObject({ a: z.string() }), any: z.unknown() })],
    ['valibot', v.object({ labels: v.looseObject({ a: v.string() }), any: v.unknown() })],
  ])('%s: an open object takes any key', async (_, schema) => {
    const defaults = { labels: { a: 'x', 'app.kubernetes.io/name': 'y' }, any: { deep: { er: 1 } } }
    await expect(loadConfig({ schema, defaults, env: { LABELS__TEAM: 't' } })).resolves.toMatchObject({
      value: { labels: { team: 't' } },
    })
  })

  test('a key that a transform uses up is no unknown one', async () => {
    const schema = v.pipe(
      v.object({ host: v.string(), port: v.number() }),
      v.transform(({ host, port }) => ({ address: `${host}:${port}` })),
    )
    const { value } = await loadConfig({ schema, defaults: { host: 'a', port: 1 } })
    expect(value).toEqual({ address: 'a:1' })
    expect(await refusal({ schema, defaults: { host: 'a', port: 1, prot: 2 } })).toContain(
      'prot (defaults): there is no such key. Did you mean "port"?',
    )
  })

  test('a key that an impatient validator has not read yet is unknown only when it looks like a typo', async () => {
    const schema: StandardSchemaV1 = {
      '~standard': { version: 1, vendor: 'impatient', validate: (value) => readsOneByOne(value as Fields) },
    }
    expect(await refusal({ schema, defaults: { first: 'x', second: 2, fisrt: 1 } })).toMatchInlineSnapshot(`
      "The configuration is not valid (2 problems):
        - fisrt (defaults): there is no such key. Did you mean "first"?
        - first = "x" (defaults): must be a number"
    `)
  })
})

type Fields = Readonly<Record<string, unknown>>

/** Stops at its first complaint. */
function readsOneByOne(input: Fields): StandardSchemaV1.Result<unknown> {
  if (typeof input['first'] !== 'number') return { issues: [{ message: 'must be a number', path: ['first'] }] }
  return { value: { first: input['first'], second: input['second'] } }
}

describe('variables', () => {
  const schema = z.object({
    http: z.object({ port: z.number().default(1), hosts: z.array(z.string()).default([]) }).prefault({}),
    database: z.object({ url: z.string().default(''), password: z.string().default('') }).prefault({}),
  })

  test('with a prefix every unknown one is refused, with what was probably meant', async () => {
    const env = {
      ORDERS_HTTP__PROT: '1',
      ORDERS_HTTP_PORT: '1',
      ORDERS_DATABSE__URL: 'x',
      ORDERS_HTTP__PORT__X: '1',
      ORDERS_HTTP___PORT: '1',
      ORDERS_: 'x',
      ORDERS_DATABASE__PASWORD_FILE: 'x',
      ORDERS_ZZZ: '1',
      ORDERSX: 'not ours',
    }
    expect(await refusal({ schema, envPrefix: 'ORDERS_', env })).toMatchInlineSnapshot(`
      "The configuration is not valid (8 problems):
        - variable ORDERS_: stands for no key after "ORDERS_": keys are upper-case words with "_" between them, and have "__" between each other
        - variable ORDERS_DATABASE__PASWORD_FILE: would set database.paswordFile, but there is no such key. Did you mean "ORDERS_DATABASE__PASSWORD"?
        - variable ORDERS_DATABSE__URL: would set databse, but there is no such key. Did you mean "ORDERS_DATABASE__URL"?
        - variable ORDERS_HTTP_PORT: would set httpPort, but there is no such key. Did you mean "ORDERS_HTTP__PORT"?
        - variable ORDERS_HTTP__PORT__X: would set http.port.x, but http.port has no keys
        - variable ORDERS_HTTP__PROT: would set http.prot, but there is no such key. Did you mean "ORDERS_HTTP__PORT"?
        - variable ORDERS_HTTP___PORT: stands for no key after "ORDERS_": keys are upper-case words with "_" between them, and have "__" between each other
        - variable ORDERS_ZZZ: would set zzz, but there is no such key"
    `)
  })

  test('two of them for one key are refused, as are an object and a key in it', async () => {
    await using files = await temporaryFiles({ url: 'x' })
    const env = {
      DATABASE__URL: CANARY,
      DATABASE__URL_FILE: files.path('url'),
      DATABASE_URL: CANARY,
      HTTP: '{}',
      HTTP__PORT: '1',
    }
    expect(await refusal({ schema, env, variables: { DATABASE_URL: 'database.url' } })).toMatchInlineSnapshot(`
      "The configuration is not valid (2 problems):
        - database.url (variables DATABASE_URL, DATABASE__URL and DATABASE__URL_FILE): is set more than once. Keep one of these variables and unset the others.
        - http (variables HTTP and HTTP__PORT): is set as a whole and in parts. Unset HTTP, or the others."
    `)
  })

  test('a file that one names must be there and hold something', async () => {
    await using files = await temporaryFiles({ empty: '\n', large: 'x'.repeat(1024 * 1024 + 1) })
    const env = {
      DATABASE__URL_FILE: 'none',
      DATABASE__PASSWORD_FILE: files.path('empty'),
      HTTP__PORT_FILE: files.path('large'),
    }
    const message = await refusal({ schema, env, cwd: files.directory }, files.directory)
    expect(message).toMatchInlineSnapshot(`
      "The configuration is not valid (3 problems):
        - database.password (variable DATABASE__PASSWORD_FILE, <dir>/empty): the file is empty
        - database.url (variable DATABASE__URL_FILE, none): there is no such file
        - http.port (variable HTTP__PORT_FILE, <dir>/large): is larger than 1048576 bytes"
    `)
  })

  test('the newline at the end of such a file is not part of the value, other space is', async () => {
    await using files = await temporaryFiles({ url: ' a \r\n\n', port: '8081\n' })
    const env = { DATABASE__URL_FILE: files.path('url'), HTTP__PORT_FILE: files.path('port') }
    const { value } = await loadConfig({ schema, env })
    expect(value).toMatchObject({ database: { url: ' a ' }, http: { port: 8081 } })
  })

  test('a list or an object that is no JSON, and what is no boolean, are refused with how to write them', async () => {
    const typed = z.object({ hosts: z.array(z.string()), limits: z.object({ a: z.number() }), on: z.boolean() })
    expect(await refusal({ schema: typed, env: { HOSTS: 'a,b', LIMITS: '{a: 1}', ON: 'yes' } })).toMatchInlineSnapshot(`
      "The configuration is not valid (3 problems):
        - hosts = "a,b" (variable HOSTS): Invalid input: expected array, received string. Write it as JSON, such as ["a","b"].
        - limits = "{a: 1}" (variable LIMITS): Invalid input: expected object, received string. Write it as JSON, such as {"key":"value"}, or set each key by a variable of its own.
        - on = "yes" (variable ON): Invalid input: expected boolean, received string. Write true or false."
    `)
  })

  test.each([
    ['zod', z.object({ on: z.coerce.boolean() })],
    ['valibot', v.object({ on: v.pipe(v.unknown(), v.transform(Boolean)) })],
  ])('%s: "false" is not true, though the schema makes a boolean of any text; "fals" is refused', async (_, schema) => {
    await expect(loadConfig({ schema, env: { ON: 'false' } })).resolves.toMatchObject({ value: { on: false } })
    await expect(loadConfig({ schema, env: { ON: 'TRUE' } })).resolves.toMatchObject({ value: { on: true } })
    expect(await refusal({ schema, env: { ON: 'fals' } })).toBe(
      'The configuration is not valid (1 problem):\n  - on (variable ON): the schema takes any text for true, ' +
        'and this one says neither true nor false. Write true or false.',
    )
  })

  test.each([
    ['zod', z.object({ on: z.stringbool() })],
    [
      'valibot',
      v.object({
        on: v.pipe(
          v.string(),
          v.transform((text) => text === 'yes'),
        ),
      }),
    ],
  ])('%s: a schema with words of its own for true and false is left to it', async (_, schema) => {
    await expect(loadConfig({ schema, env: { ON: 'yes' } })).resolves.toMatchObject({ value: { on: true } })
    await expect(loadConfig({ schema, env: { ON: 'no' } })).resolves.toMatchObject({ value: { on: false } })
  })

  test('"true" is true, also for a schema that takes all but one word for it', async () => {
    const schema = v.object({
      on: v.pipe(
        v.string(),
        v.transform((text) => text !== 'no'),
      ),
    })
    await expect(loadConfig({ schema, env: { ON: 'true' } })).resolves.toMatchObject({ value: { on: true } })
  })

  test('what an override hides is not looked at', async () => {
    const schema = z.object({ on: z.coerce.boolean(), port: z.number() })
    const { value } = await loadConfig({ schema, env: { ON: 'yes', PORT: 'x' }, overrides: { on: true, port: 1 } })
    expect(value).toEqual({ on: true, port: 1 })
  })

  test('with one underscore too few between many keys, the right name is still found', async () => {
    const schema = z.object({ a: z.object({ b: z.object({ c: z.object({ d: z.object({ e: z.string() }) }) }) }) })
    const message = await refusal({ schema, envPrefix: 'X_', env: { X_A_B_C_D_E: '1' } })
    expect(message).toContain('Did you mean "X_A__B__C__D__E"?')
  })

  test('valibot: several values of an alternative of objects get their types together', async () => {
    const schema = v.object({
      pool: v.union([v.object({ min: v.number(), max: v.number() }), v.object({ size: v.number() })]),
    })
    const { value } = await loadConfig({ schema, env: { POOL__MIN: '1', POOL__MAX: '2' } })
    expect(value).toEqual({ pool: { min: 1, max: 2 } })
  })

  test('a number whose digits would get lost stays a text, for the schema to refuse', async () => {
    const message = await refusal({ schema, env: { HTTP__PORT: '12345678901234567890' } })
    expect(message).toContain('http.port = "12345678901234567890" (variable HTTP__PORT): ')
  })

  test('an entry of `variables` that leads nowhere is refused', async () => {
    const variables = { DBU: 'database.ulr', DEEP: 'http.port' }
    expect(await refusal({ schema, env: { DBU: 'x' }, variables })).toMatchInlineSnapshot(`
      "The configuration is not valid (1 problem):
        - option variables.DBU: names database.ulr, but there is no such key. Did you mean "database.url"?"
    `)
  })
})

test('a schema that throws is a problem, with what it threw as the cause and without secrets', async () => {
  const schema = z.object({ password: z.string() }).transform(({ password }) => {
    throw new TypeError(`cannot use ${password}`)
  })
  const error = await loadConfig({ schema, defaults: { password: CANARY } }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'SEA_CONFIG_INVALID',
    message:
      'The configuration is not valid (1 problem):\n  - the whole configuration: the schema threw TypeError: cannot use [secret]',
    cause: expect.any(TypeError),
  })
})

test('an issue about an object as a whole names the object', async () => {
  const schema = z.object({
    pool: z.object({ min: z.number(), max: z.number() }).refine(({ min, max }) => min <= max, 'min is above max'),
  })
  expect(await refusal({ schema, overrides: { pool: { min: 2, max: 1 } } })).toBe(
    'The configuration is not valid (1 problem):\n  - pool: min is above max',
  )
})

test('a key that is missing in an item of a list is told by the place of the item', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'servers:\n  - url: a\n  - name: b\n' })
  const schema = z.object({ servers: z.array(z.object({ url: z.string(), name: z.string().optional() })) })
  expect(await refusal({ schema, files: ['a.yaml'], cwd: files.directory })).toMatchInlineSnapshot(`
    "The configuration is not valid (1 problem):
      - servers[1].url (not set in a.yaml:3:5): Invalid input: expected string, received undefined"
  `)
})

test('a value that is a Secret in a layer is not shown either', async () => {
  const schema = z.object({ key: z.instanceof(Secret), other: z.number() })
  const config = await loadConfig({ schema, defaults: { key: new Secret(CANARY), other: 1 } })
  expect(config.describe()).not.toContain(CANARY)
  const message = await refusal({ schema, defaults: { key: new Secret(CANARY), other: CANARY } })
  expect(message).not.toContain(CANARY)
  expect(toSecret(config.value.key)).toBe(config.value.key)
})

test('options that are wrong are refused as options, all at once', async () => {
  const options = {
    schema: {},
    files: ['', { path: 'a.yaml' }],
    envPrefix: 'orders',
    variables: { X: 'a..b' },
    defaults: [],
    enviroment: {},
  }
  const error = await loadConfig(options as never).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SEA_OPTIONS_INVALID' })
  expect((error as Error).message).toMatchInlineSnapshot(`
    "loadConfig():
      - "envPrefix" is "orders", expected upper-case letters, digits and "_", with "_" at the end
      - "schema" must be a Standard Schema, such as a zod, valibot or arktype object
      - "defaults" must be an object
      - files[0] must be a path or { path, optional: true }
      - files[1] must be a path or { path, optional: true }
      - "variables.X" must name keys such as "database.url"
      - "enviroment" is not an option."
  `)
})
