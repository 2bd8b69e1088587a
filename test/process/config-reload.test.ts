import { mkdir, readdir, readFile, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { temporaryFiles } from '../config/temporary-files.ts'
import { type LoggedService, startLogged } from './logged-service.ts'

const valid = (version: number): string => JSON.stringify({ version, echo: version })

/** What nobody may ever be served by. */
const INVALID = [
  (version: number) => valid(version).slice(0, -4),
  () => '',
  (version: number) => `{ "version": "${version}", "echo": ${version} }`,
  (version: number) => `{ "version": ${version}, "echo": ${version}, "more": 1 }`,
  (version: number) => `{ "version": ${version}, "echo": ${-version} }`,
  () => '\u0000\u0001',
] as const

/** A directory as a ConfigMap is mounted: the file is a link, and so is what it leads through. */
class Mount {
  readonly #directory: string
  readonly file: string
  #last: string | undefined

  constructor(directory: string) {
    this.#directory = directory
    this.file = join(directory, 'app.json')
  }

  async swap(content: string, name: string): Promise<void> {
    const at = (entry: string): string => join(this.#directory, entry)
    await mkdir(at(`..${name}`))
    await writeFile(at(`..${name}/app.json`), content)
    await symlink(`..${name}`, at('..tmp'))
    await rename(at('..tmp'), at('..data'))
    await symlink('..data/app.json', at('link'))
    await rename(at('link'), this.file)
    if (this.#last !== undefined) await rm(at(`..${this.#last}`), { recursive: true })
    this.#last = name
  }

  async replace(content: string, { isOld }: { readonly isOld: boolean }): Promise<void> {
    const path = join(this.#directory, 'new')
    await writeFile(path, content)
    if (isOld) await utimes(path, 1, 1)
    await rename(path, this.file)
  }

  async truncate(content: string): Promise<void> {
    await writeFile(this.file, content.slice(0, content.length / 2))
    await writeFile(this.file, content)
  }

  async delete(): Promise<void> {
    await unlink(this.file).catch(() => {})
  }
}

interface Figures {
  readonly descriptors: number
  readonly watches: number
  readonly state: { readonly generation: number; readonly lastReloadSuccessful: boolean }
}

interface Answer {
  readonly version: number
  readonly echo: number
  readonly isOne: boolean
}

/** Clients that ask one request after the other, each on a connection of its own that is kept. */
class Load {
  readonly versions = new Set<number>()
  readonly failures: string[] = []
  count = 0
  #isOver = false
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  readonly #clients: Promise<void>[]

  constructor(url: string) {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#ask(url))
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
    this.#agent.destroy()
  }

  async #ask(url: string): Promise<void> {
    let newest = 0
    while (!this.#isOver) {
      try {
        const { version, echo, isOne } = JSON.parse(await this.#get(url)) as Answer
        if (!isOne) this.failures.push(`${version}: two configurations in one request`)
        if (version !== echo) this.failures.push(`${version} with ${echo}`)
        if (version < newest) this.failures.push(`${version} after ${newest}`)
        newest = version
        this.versions.add(version)
      } catch (error) {
        this.failures.push(String(error))
      }
      this.count++
    }
  }

  #get(url: string): Promise<string> {
    return new Promise((resolve, reject) => {
      get(url, { agent: this.#agent }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
        response.on('error', reject)
      }).on('error', reject)
    })
  }
}

const CLIENTS = 20
const SWAPS = 1_000
/** Fifty a second. */
const PACE_MS = 20

async function figuresOf(service: LoggedService): Promise<Figures> {
  return (await (await fetch(`${service.url}/figures`)).json()) as Figures
}

test('1,000 swaps under load: no request fails or sees two configurations, nothing grows, the last good one is served', async () => {
  await using files = await temporaryFiles({})
  const mount = new Mount(files.directory)
  await mount.swap(valid(1), 'v1')
  await using service = await startLogged('reloads', { CONFIG: mount.file, TRIAL_MS: '50' })
  const load = new Load(service.url)
  while (load.count < 100) await wait(10)
  const before = await figuresOf(service)

  const good = new Set([1])
  const beganAt = performance.now()
  for (let at = 1; at <= SWAPS; at++) {
    const version = at + 1
    const kind = at % 10
    if (kind < 5) good.add(version)
    if (kind === 0) await mount.truncate(valid(version))
    else if (kind === 1 || kind === 2) await mount.swap(valid(version), `v${version}`)
    else if (kind === 3) await mount.replace(valid(version), { isOld: true })
    else if (kind === 4) await writeFile(mount.file, valid(version))
    else if (kind === 5) await mount.delete()
    else await mount.replace(INVALID[at % INVALID.length]?.(version) ?? '', { isOld: kind === 6 })
    const leftMs = beganAt + at * PACE_MS - performance.now()
    if (leftMs > 0) await wait(leftMs)
  }
  const last = SWAPS + 2
  good.add(last)
  await mount.swap(valid(last), `v${last}`)
  await expect.poll(() => load.versions.has(last), { timeout: 10_000 }).toBe(true)
  const { count } = load
  while (load.count < count + 100) await wait(10)
  const after = await figuresOf(service)
  await load.end()

  expect(load.failures).toEqual([])
  expect(load.count).toBeGreaterThan(1_000)
  expect([...load.versions].filter((version) => !good.has(version))).toEqual([])
  expect(load.versions.size).toBeGreaterThan(20)
  expect(after.state).toMatchObject({ lastReloadSuccessful: true })
  expect(after.watches).toBe(before.watches)
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors)

  // One event for each refusal, and each says where and why.
  const refused = service.log().filter(({ event }) => event === 'config.rejected')
  expect(refused.length).toBeGreaterThan(5)
  for (const { reason } of refused) expect(reason).toMatch(/app\.json|kept changing while they were read/)
  expect(service.log().filter(({ event }) => event === 'config.rolled_back')).toEqual([])
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
}, 60_000)

describe('SIGHUP', () => {
  test('reloads, what is refused and what is not, and ends nothing', async () => {
    await using files = await temporaryFiles({ 'app.json': valid(1) })
    await using service = await startLogged('reloads', { CONFIG: files.path('app.json') })
    service.kill('SIGHUP')
    await writeFile(files.path('app.json'), '{')
    service.kill('SIGHUP')
    await service.line('config.rejected')
    await writeFile(files.path('app.json'), valid(2))
    service.kill('SIGHUP')
    await service.line('Configuration 2 is in force')
    expect(((await (await fetch(service.url)).json()) as Answer).version).toBe(2)
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
  })

  test('ends a service that lists it among its signals, which says so', async () => {
    await using files = await temporaryFiles({ 'app.json': valid(1) })
    await using service = await startLogged('reloads', { CONFIG: files.path('app.json'), SIGNALS: 'SIGHUP,SIGTERM' })
    await service.line('SIGHUP ends reloads, as its option')
    service.kill('SIGHUP')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(service.report()).toMatchObject({ reason: 'SIGHUP' })
  })

  test('does not end a service that does not reload, which says so', async () => {
    await using files = await temporaryFiles({ 'app.json': valid(1) })
    await using service = await startLogged('reloads', { CONFIG: files.path('app.json'), RELOAD: 'no' })
    service.kill('SIGHUP')
    await service.line('received SIGHUP and goes on')
    expect((await fetch(service.url)).status).toBe(200)
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
  })
})

test('the record of a crash has neither the secrets of the start nor those that have come since', async () => {
  await using files = await temporaryFiles({ 'app.json': '{ "phrase": "first-of-two" }' })
  const evidence = files.path('evidence')
  await using service = await startLogged('rotates-and-dies', {
    CONFIG: files.path('app.json'),
    SEAWORTHY_CRASH_DIR: evidence,
  })
  await writeFile(files.path('app.json'), '{ "phrase": "second-of-two" }')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  const names = (await readdir(evidence, { recursive: true })).filter((name) => name.includes('uncaught-'))
  expect(names).toHaveLength(1)
  const record = await readFile(join(evidence, names[0] ?? ''), 'utf8')
  expect(record).toContain('neither [secret] nor [secret] was taken')
  expect(record).not.toMatch(/of-two/)
})
