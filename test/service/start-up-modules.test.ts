import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from '../../src/public/testing.ts'
import { startProgram } from '../process/start-service.ts'

const PROGRAM = new URL('programs/lists-what-it-loads.mjs', import.meta.url)

/** A span is sent as soon as it has ended. */
const TO_THE_POINT = { OTEL_BSP_SCHEDULE_DELAY: '10' }

interface Loaded {
  /** Modules of this package and of others, not Node's. */
  readonly own: readonly string[]
  readonly packages: readonly string[]
  /** Modules that Node has loaded of its own, since the program began. */
  readonly natives: readonly string[]
}

/** What a service with one handler has loaded when it is ready, and once it has delivered telemetry. */
async function loadedByService(env: Readonly<Record<string, string>>): Promise<{ ready: Loaded; delivered: Loaded }> {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-modules-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  await using receiver = await startReceiver()
  await using service = startProgram(PROGRAM, {
    ...TO_THE_POINT,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    // As it is by default, in a folder where nobody has died.
    SEAWORTHY_CRASH_DIR: directory,
    ...env,
  })
  const url = (await service.line('ready ')).replace('ready ', '')
  const ask = async (): Promise<Loaded> => {
    const { urls, natives } = (await (await fetch(url)).json()) as Record<'urls' | 'natives', readonly string[]>
    const isOthers = (path: string): boolean => path.includes('/node_modules/')
    const paths = urls.filter((path) => path.startsWith('file:'))
    return {
      own: paths.filter((path) => !isOthers(path)),
      packages: paths.filter(isOthers),
      natives: natives
        .filter((name) => name.startsWith('NativeModule '))
        .map((name) => name.replace('NativeModule ', '')),
    }
  }
  const ready = await ask()
  await receiver.waitForSpan({ kind: 'server', service: 'lister' })
  return { ready, delivered: await ask() }
}

/** What `import` of `node:http` would bring with it, and each of them some of the others. */
const HEAVY = new Set([
  'internal/deps/undici/undici',
  'http2',
  'https',
  'tls',
  'inspector',
  'internal/webstreams/readablestream',
])

test('a service starts and delivers over HTTP without fetch, HTTP/2 or TLS of Node', async () => {
  const { ready, delivered } = await loadedByService({})

  expect(delivered.natives).toContain('http')
  expect(delivered.natives.filter((name) => HEAVY.has(name))).toEqual([])
  // A tenth more than there are. Growth beyond that should be a decision: everybody pays for it at every start.
  expect(ready.own.length).toBeLessThan(545)
  expect(ready.packages.length).toBeLessThan(90)
  expect(ready.natives.length).toBeLessThan(130)
  expect(delivered.own.filter((url) => !ready.own.includes(url))).toEqual([])
})

test('the supervisor of tasks comes in with a task', async () => {
  const ofSupervisor = ({ delivered }: { delivered: Loaded }): number =>
    delivered.own.filter((url) => url.includes('/recovery/supervisor/')).length
  expect(ofSupervisor(await loadedByService({}))).toBe(0)
  const count = ofSupervisor(await loadedByService({ TASK: 'yes' }))
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThan(10)
})

test('what reloads a configuration comes in with `reload`, and what applies settings with `settings`', async () => {
  const ofReload = ({ delivered }: { delivered: Loaded }, folder: string): number =>
    delivered.own.filter((url) => url.includes(folder)).length
  const folders = ['/config/reload/', '/service/reload/', '/service/settings/']
  const without = await loadedByService({})
  expect(folders.map((folder) => ofReload(without, folder))).toEqual([0, 0, 0])
  const having = await loadedByService({ RELOAD: 'yes' })
  for (const folder of folders) expect(ofReload(having, folder)).toBeGreaterThan(0)
})

test('HTTP/2 comes in with gRPC', async () => {
  const { delivered } = await loadedByService({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })
  expect(delivered.natives).toContain('http2')
  expect(delivered.natives).not.toContain('internal/deps/undici/undici')
})
