import { connect } from 'node:net'
import { rename, writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { toSecret } from '../../src/config/secret.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { Random } from '../../src/load/random.ts'
import { startReceiver, type TestReceiver } from '../../src/public/testing.ts'
import { temporaryFiles, type TemporaryFiles } from '../config/temporary-files.ts'
import { badConfiguration, CONFIGURATION_KINDS, schemaWith, valid } from './bad-inputs/bad-configurations.ts'
import { badRequest, REQUEST_KINDS } from './bad-inputs/bad-requests.ts'
import { leaksIn, type Output } from './bad-inputs/leaks.ts'
import { type RunningProgram, startProgram } from './start-service.ts'

/** What must come out nowhere: the password of the configuration, the token of the admin port, what others sent as one. */
const PASSWORD = 'Canary5PasswordThatNobodyMaySee'
const TOKEN = 'Canary6TokenOfTheAdminPortXyz'
const GUESS = 'Canary7GuessOfSomebodyElseAbc'
const SECRETS = [PASSWORD, TOKEN, GUESS]

const CONFIGURATIONS = 5000
const REQUESTS = 2300
const RELOADS = 200
const AT_A_TIME = 40
const PATIENCE_MS = 500

interface Answered {
  readonly kind: string
  readonly isTrusted: boolean
  readonly text: string
}

test(`${CONFIGURATIONS} bad configurations of ${CONFIGURATION_KINDS.length} kinds are refused, or are well after all, and no message has a secret`, async () => {
  const random = new Random(20_261_123)
  const schema = schemaWith(toSecret)
  const outputs: Output[] = []
  const takenBy = new Map<string, number>()
  await using files = await temporaryFiles({})
  for (let index = 0; index < CONFIGURATIONS; index++) {
    const { kind, file, content, env } = badConfiguration(index, random, PASSWORD)
    const path = files.path(file)
    await writeFile(path, content)
    try {
      const loaded = await loadConfig({ schema, files: [path], env })
      outputs.push({ where: `${kind}, taken`, text: `${loaded.describe()}${JSON.stringify(loaded.value.http)}` })
      takenBy.set(kind, (takenBy.get(kind) ?? 0) + 1)
    } catch (error) {
      if (!isSeaworthyError(error, 'SEA_CONFIG_INVALID'))
        throw new Error(`${kind}: ${content.toString()}`, { cause: error })
      outputs.push({
        where: kind,
        text: [error.message, error.stack, error.hint, inspect(error.cause)].join('\n'),
      })
    }
  }
  expect(leaksIn(outputs, SECRETS)).toEqual([])
  expect(outputs).toHaveLength(CONFIGURATIONS)
  // A byte that is another one may be well, and so is a file that lacks its last newline, or whose lines still fit.
  for (const kind of [
    'truncated',
    'truncated JSON',
    'with bytes flipped',
    'JSON with bytes flipped',
    'with references',
  ])
    takenBy.delete(kind)
  expect([...takenBy.keys()].filter((kind) => kind !== 'with lines in another order')).toEqual([])
}, 120_000)

test.each(['true', 'false'])(
  `${REQUESTS} bad requests of ${REQUEST_KINDS.length} kinds and ${RELOADS} bad reloads: the service lives, and gives no secret away (off the loop: %s)`,
  async (offLoop) => {
    await using receiver = await startReceiver()
    await using files = await temporaryFiles({ 'service.yaml': valid(PASSWORD) })
    await using service = await startGuarded(receiver, files, { OFF_LOOP: offLoop })
    const { admin } = service
    const random = new Random(7)
    const answered = await askAll(admin, random)
    await reloadBadly(admin, files, random)

    // Whoever may not know is shown no page, and a page that failed would be our fault.
    const shown = answered.filter(
      ({ isTrusted, text }) => !isTrusted && /"(?:generation|loggers|level)"|\[secret\]/.test(text),
    )
    expect(shown).toEqual([])
    expect(answered.filter(({ text }) => /HTTP\/1\.1 500 /.test(text))).toEqual([])
    // Most of them are heard out, and not just cut off.
    expect(answered.filter(({ text }) => text.startsWith('HTTP/1.1 ')).length).toBeGreaterThan(REQUESTS / 2)

    await expect(ask(admin, get('/livez'))).resolves.toMatch(/^HTTP\/1\.1 200 /)
    await expect(ask(admin, get('/readyz'))).resolves.toMatch(/^HTTP\/1\.1 200 /)
    const page = await ask(admin, get('/-/config', `authorization: Bearer ${TOKEN}`, 'x-forwarded-for: 203.0.113.7'))
    expect(page).toMatch(/^HTTP\/1\.1 200 /)
    expect(page).toContain('"generation":1')

    const outputs = [
      ...(await endedOutputs(service, receiver)),
      ...answered.map(({ kind, text }) => ({ where: kind, text })),
    ]
    expect(leaksIn([...outputs, { where: 'the page of the configuration', text: page }], SECRETS)).toEqual([])
    expect(await service.exit).toEqual({ code: 0, signal: null })
  },
  90_000,
)

test.each(['log', 'message', 'stderr', 'answer', 'health'])(
  'a secret that is given away in a %s is found by the same look',
  async (leak) => {
    await using receiver = await startReceiver()
    await using files = await temporaryFiles({ 'service.yaml': valid(PASSWORD) })
    await using service = await startGuarded(receiver, files, { LEAK: leak, OFF_LOOP: 'false' })
    const { web, admin } = service
    const answers = [await ask(web, get('/')), await ask(admin, get('/healthz'))]

    const outputs = [...(await endedOutputs(service, receiver)), ...answers.map((text) => ({ where: 'answer', text }))]
    expect(leaksIn(outputs, SECRETS)).not.toEqual([])
  },
)

interface Guarded extends RunningProgram {
  readonly web: number
  readonly admin: number
}

async function startGuarded(
  receiver: TestReceiver,
  files: TemporaryFiles,
  env: Readonly<Record<string, string>>,
): Promise<Guarded> {
  const program = startProgram(new URL('services/guarded.ts', import.meta.url), {
    ...receiver.environment(),
    CONFIG: files.path('service.yaml'),
    SEAWORTHY_ADMIN_TOKEN: TOKEN,
    ...env,
  })
  const ports = (await program.line('ports ')).replace('ports ', '')
  return { ...program, ...(JSON.parse(ports) as { web: number; admin: number }) }
}

function get(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'host: 127.0.0.1', 'connection: close', ...headers, '', ''].join('\r\n')
}

async function askAll(port: number, random: Random): Promise<readonly Answered[]> {
  const around = { token: TOKEN, guess: GUESS }
  const requests = Array.from({ length: REQUESTS }, (_, index) => badRequest(index, random, around))
  const answered: Answered[] = []
  const asker = async (): Promise<void> => {
    for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
      const { kind, isTrusted, bytes } = request
      answered.push({ kind, isTrusted, text: await ask(port, bytes) })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, asker))
  return answered
}

/** Everything that comes back until the connection has ended; nothing where it was refused or reset. */
function ask(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (part: Buffer) => parts.push(part))
    // What is not finished is not answered either: this end of it is then the end.
    socket.setTimeout(PATIENCE_MS, () => socket.end())
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')))
  })
}

async function reloadBadly(admin: number, files: TemporaryFiles, random: Random): Promise<void> {
  let written = 0
  for (let index = 0; written < RELOADS; index++) {
    const { content } = badConfiguration(index, random, PASSWORD)
    await writeFile(files.path('next.yaml'), content)
    // A byte that is another one may leave it well: whoever watches would rightly take that.
    if (await isTaken(files.path('next.yaml'))) continue
    await rename(files.path('next.yaml'), files.path('service.yaml'))
    if (written++ % 10 === 0) await ask(admin, get('/-/reload').replace('GET', 'POST'))
  }
  await writeFile(files.path('service.yaml'), valid(PASSWORD))
  await ask(admin, get('/-/reload').replace('GET', 'POST'))
}

async function isTaken(path: string): Promise<boolean> {
  try {
    await loadConfig({ schema: schemaWith(toSecret), files: [path], env: {} })
    return true
  } catch {
    return false
  }
}

/** Everything that the service has said, wherever, once it has ended. */
async function endedOutputs(service: RunningProgram, receiver: TestReceiver): Promise<readonly Output[]> {
  service.kill('SIGTERM')
  await service.exit
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
  return [
    ...service.lines.map((line) => ({ where: 'standard output', text: line })),
    ...service.errorLines.map((line) => ({ where: 'standard error', text: line })),
    { where: 'spans', text: text(receiver.spans()) },
    { where: 'log records', text: text(receiver.logs()) },
    { where: 'metrics', text: text(receiver.metrics()) },
  ]
}
