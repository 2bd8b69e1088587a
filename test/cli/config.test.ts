import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { runCli } from '../../src/cli/run-cli.ts'
import { toSecret } from '../../src/config/secret.ts'
import { createService } from '../../src/service/service.ts'
import { temporaryFiles } from '../config/temporary-files.ts'
import { runCommand } from './run-command.ts'

/** A Standard Schema without any library, as a module outside of this repository would have to find one. */
const MODULE = `
const keys = ['level', 'password', 'port']
export const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const issues = []
      for (const key of keys) void value?.[key]
      for (const key of Object.keys(value ?? {})) if (!keys.includes(key)) issues.push({ message: 'unknown key', path: [key] })
      if (typeof value?.port !== 'number') issues.push({ message: 'expected a number', path: ['port'] })
      return issues.length > 0 ? { issues } : { value: { level: 'info', ...value } }
    },
  },
}
export const config = { schema, files: ['base.yaml', { path: 'local.yaml', optional: true }], envPrefix: 'ORDERS_', reload: true }
export const service = { name: 'orders', config }
export const other = 7
`

const CANARY = 'canary-9f2c'

async function folder(files: Readonly<Record<string, string>> = {}) {
  const made = await temporaryFiles({
    'config.mjs': MODULE,
    'base.yaml': `port: 8080\npassword: ${CANARY}\n`,
    'local.yaml': 'port: 9000\n',
    ...files,
  })
  onTestFinished(() => made[Symbol.asyncDispose]())
  return made
}

/** Runs a command with its folder as the working directory of the module: paths are given whole. */
async function config(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runCommand(['config', ...args], env)
}

describe('offline', () => {
  test('validate: a configuration that is valid exits with 0 and says what was read', async () => {
    const made = await folder()
    const args = [
      '--module',
      `${made.path('config.mjs')}#schema`,
      '--files',
      `${made.path('base.yaml')},${made.path('none.yaml')}?`,
    ]
    expect(await config(['validate', ...args])).toEqual({
      code: 0,
      stderr: '',
      stdout: `The configuration is valid: 3 values; files: ${made.path('base.yaml')}, ${made.path('none.yaml')}\n`,
    })
    const { stdout } = await config(['validate', '--json', ...args])
    expect(JSON.parse(stdout)).toEqual({
      valid: true,
      problems: [],
      files: [made.path('base.yaml'), made.path('none.yaml')],
    })
  })

  test('validate: each problem is a line with its place, and the exit code is 1; no secret is printed', async () => {
    const made = await folder({ 'bad.yaml': `port: many\npasword: ${CANARY}\npassword: ${CANARY}\n` })
    const args = ['--module', made.path('config.mjs'), '--files', made.path('bad.yaml')]
    const { code, stdout, stderr } = await config(['validate', ...args], { ORDERS_LEVEL: 'debug' })
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toContain('The configuration is not valid')
    expect(stdout).toContain('bad.yaml:1:1')
    const asJson = await config(['validate', '--json', ...args])
    expect(asJson.code).toBe(1)
    const told = JSON.parse(asJson.stdout) as { valid: boolean; problems: string[] }
    expect(told.valid).toBe(false)
    expect(told.problems).toEqual(expect.arrayContaining([expect.stringContaining('port = "many"')]))
    expect(stdout + asJson.stdout).not.toContain(CANARY)
  })

  test('explain: each value with its source and what it overrode, redacted', async () => {
    const made = await folder({ secret: `${CANARY}-2\n` })
    const files = ['--files', `${made.path('base.yaml')},${made.path('local.yaml')}`]
    const env = { ORDERS_PASSWORD_FILE: made.path('secret') }
    const { code, stdout, stderr } = await config(['explain', '--module', made.path('config.mjs'), ...files], env)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').slice(2, -1)).toEqual([
      'level     "info"    schema default',
      `password  [secret]  variable ORDERS_PASSWORD_FILE, ${made.path('secret')}; overrode [secret] of ${made.path('base.yaml')}:2:1`,
      `port      9000      ${made.path('local.yaml')}:1:1; overrode 8080 of ${made.path('base.yaml')}:1:1`,
    ])
    expect(stdout).not.toContain(CANARY)
    const one = await config(
      ['explain', '--json', '--path', 'port', '--module', made.path('config.mjs'), ...files],
      env,
    )
    expect(JSON.parse(one.stdout)).toMatchObject({
      values: [{ path: 'port', value: 9000, overrode: [{ value: 8080 }] }],
    })
  })

  test('explain: what is not valid is told, with exit code 1', async () => {
    const made = await folder()
    const args = ['--module', made.path('config.mjs'), '--files', made.path('base.yaml')]
    const { code, stdout, stderr } = await config(['explain', ...args], { ORDERS_PORT: 'many' })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('port = "many" (variable ORDERS_PORT)')
    const asJson = await config(['explain', '--json', ...args], { ORDERS_PORT: 'many' })
    expect([asJson.code, (JSON.parse(asJson.stdout) as { valid: boolean }).valid]).toEqual([1, false])
  })

  test('the options of a service are found where they are', async () => {
    const made = await folder()
    const files = ['--files', made.path('base.yaml')]
    for (const name of ['', '#config', '#schema', '#service']) {
      const { code, stderr } = await config(['validate', '--module', `${made.path('config.mjs')}${name}`, ...files])
      expect([name, code, stderr]).toEqual([name, 0, ''])
    }
  })
})

test('a module that opens something is looked at all the same, and the command ends', async () => {
  const server = 'import { createServer } from "node:http"; createServer().listen(0, "127.0.0.1")'
  const made = await folder({ 'busy.mjs': `${MODULE}\n${server}` })
  const { code } = await config(['validate', '--module', made.path('busy.mjs'), '--files', made.path('base.yaml')])
  expect(code).toBe(0)
})

test('a module that runs its service is refused at once, and the service never starts', async () => {
  const main = [
    `import { createService } from ${JSON.stringify(new URL('../../src/public/index.ts', import.meta.url).href)}`,
    "const service = createService({ name: 'orders', admin: false, telemetry: false, signals: [], env: {}, exit() {} })",
    "service.task('relay', { run() { process.stdout.write('the relay has run') } })",
    'await service.run()',
  ]
  const made = await folder({ 'main.mjs': `${MODULE.replace('const service', 'const options')}\n${main.join('\n')}` })
  const { code, stdout, stderr } = await config(['validate', '--module', made.path('main.mjs')])
  expect(stderr).toMatch(/main\.mjs runs a service as soon as it is imported[^]*Declare schema and files in a module/)
  expect(code).toBe(2)
  expect(stdout).toBe('')
})

describe('wrong usage is told with what to do', () => {
  test.each<[readonly string[], RegExp]>([
    [[], /"config" needs a topic/],
    [['explian'], /Did you mean "explain"\?/],
    [['validate'], /There is no schema to check against\n {2}Add --module/],
    [['explain'], /There is no schema to check against/],
    [['validate', '--module', '{}/none.mjs'], /none\.mjs can't be imported: [^]*Look whether it is built/],
    [['validate', '--module', '{}/config.mjs#shcema'], /has no export "shcema"\n {2}Did you mean "schema"\?/],
    [['validate', '--module', '{}/config.mjs#other'], /no Standard Schema in the export other/],
    [['validate', '--module', '{}/throws.mjs'], /throws\.mjs can't be imported: no such thing/],
    [['validate', '--module', '{}/config.mjs', '--files', 'a,,b'], /--files is "a,,b"/],
    [['validate', '--module', '{}/config.mjs', '--env-prefix', 'orders'], /"envPrefix" is "orders"/],
    [
      ['explain', '--module', '{}/config.mjs', '--files', '{}/base.yaml', '--path', 'prot'],
      /There is no value at "prot"/,
    ],
    [['explain', '--url', 'http://127.0.0.1:9', '--files', 'x'], /--files can't be combined with --url/],
    [['explain', '--url', 'http://127.0.0.1:9'], /can't be reached/],
    [['explain', '--url', 'ftp://x'], /Write it like http:\/\/127\.0\.0\.1:9091/],
  ])('%j', async (args, message) => {
    const made = await folder({ 'throws.mjs': 'throw new Error("no such thing")' })
    const printed: string[] = []
    const notes: string[] = []
    const code = await runCli(['config', ...args.map((arg) => arg.replaceAll('{}', made.directory))], {
      env: {},
      cwd: made.directory,
      isTerminal: false,
      print: (text) => void printed.push(text),
      note: (text) => void notes.push(text),
    })
    expect({ code, printed }).toEqual({ code: 2, printed: [] })
    expect(notes.join('\n')).toMatch(message)
  })
})

describe('of a running service', () => {
  const schema = z.object({ port: z.number(), password: z.string().transform(toSecret) })

  async function start(token?: string): Promise<string> {
    const made = await temporaryFiles({ 'a.yaml': `port: 8080\npassword: ${CANARY}\n` })
    onTestFinished(() => made[Symbol.asyncDispose]())
    const service = createService({
      name: 'shop',
      env: {},
      telemetry: false,
      logging: { level: 'silent' },
      config: { schema, files: [made.path('a.yaml')] },
      admin: { port: 0, host: '127.0.0.1', ...(token === undefined ? {} : { token }) },
    })
    await service.start()
    onTestFinished(async () => void (await service.stop()))
    return service.adminAddress?.url ?? ''
  }

  test('what it has in force is printed, redacted', async () => {
    const { code, stdout } = await config(['explain', '--url', await start()])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^shop: generation 1/)
    expect(stdout).toMatch(/^port {6}8080 {6}.*a\.yaml:1:1$/m)
    expect(stdout).not.toContain(CANARY)
  })

  test('what is refused or waits is a finding: exit code 1', async () => {
    const report = {
      service: 'shop',
      generation: 3,
      hash: '0123456789abcdef',
      at: '2026-11-23T07:00:00.000Z',
      trigger: 'files changed',
      files: ['/etc/shop.yaml'],
      pendingRestart: [{ path: 'http.port', kind: 'changed', because: 'read at the start of web' }],
      lastRejection: { reason: 'port: expected a number', at: '2026-11-23T07:01:00.000Z', trigger: 'SIGHUP' },
      values: [],
    }
    const server = createServer((_, response) => void response.end(JSON.stringify(report)))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { code, stdout } = await config([
      'explain',
      '--url',
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ])
    expect(code).toBe(1)
    expect(stdout).toBe(
      [
        'shop: generation 3, hash 0123456789abcdef since 2026-11-23T07:00:00.000Z (files changed)',
        'files: /etc/shop.yaml',
        'refused at 2026-11-23T07:01:00.000Z (SIGHUP): port: expected a number',
        'waits for a restart: http.port changed (read at the start of web)',
        '',
        'There are no values.',
        '',
      ].join('\n'),
    )
  })

  test('another server is told apart', async () => {
    const server = createServer((_, response) => void response.end('{"generation":"x"}'))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await config(['explain', '--url', url])).stderr).toContain('answered 200 and no configuration')
  })
})
