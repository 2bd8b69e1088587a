import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { RunSettings } from '../../../src/trial/report.ts'
import { runTrials } from '../../../src/trial/run-trials.ts'
import { hideFacts } from '../../../src/trial/saved/hidden-facts.ts'
import { readRun } from '../../../src/trial/saved/read-run.ts'
import { replayRun } from '../../../src/trial/saved/replay-run.ts'
import { RunSaver } from '../../../src/trial/saved/save-run.ts'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import { fail, pass } from '../../../src/trial/verdict/make-verdict.ts'
import { bridgeWithout, byId, makeTrial, makeVoyage, NOISY, QUIET } from '../run-samples.ts'
import { makeFacts, makeLifetime, makeRequest, makeSpan } from '../samples.ts'

const SECRET = 'tops3cret-tops3cret'
const FACTS = makeFacts({
  env: { API_TOKEN: SECRET, MODE: 'very-fast' },
  command: ['node', 'server.js', `--db=postgres://app:${SECRET}@db/shop`],
  routes: [
    { method: 'POST', path: '/orders', headers: { authorization: `Bearer ${SECRET}` }, body: `{"pin":"${SECRET}"}` },
  ],
  dependencies: [
    {
      name: 'db',
      variable: 'DB',
      template: `postgres://a:${SECRET}@{host}:{port}`,
      host: 'db',
      port: 1,
      protocol: 'postgresql',
      origin: 'found',
    },
  ],
  reload: { file: 'c.json', changed: `{"key":"${SECRET}"}`, observe: { path: '/', before: 'a', after: 'b' } },
})
const SHORT = makeVoyage({ id: 'short', sail: (bridge) => bridge.launch({ label: 'x' }).then(ignore, ignore) })
const WRECK = makeVoyage({ id: 'wreck', sail: () => Promise.reject(new Error('sank')) })
const VOYAGES = byId(SHORT, WRECK)
function ignore(): void {}

const TRIALS = [
  makeTrial({
    id: 'A-01',
    judge: ({ lifetimes }) => {
      const requests = lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'request'))
      const lost = requests.filter(({ outcome }) => outcome !== 'answered')
      return fail(`${lost.length} of ${requests.length} lost`, {
        evidence: lost.map(({ id, at }) => ({
          says: `request ${id}`,
          seen: { lifetime: 0, from: at / 3, requests: [id] },
        })),
        figures: [{ name: 'lostRatio', value: lost.length / requests.length }],
      })
    },
  }),
  makeTrial({
    id: 'A-02',
    isTiming: true,
    judge: ({ lifetimes }) => pass(`p50 of lifetime ${lifetimes[0]?.id} is 1/3`),
  }),
  makeTrial({ id: 'A-03', skipBecause: () => 'nothing is declared' }),
  makeTrial({ id: 'A-04', voyages: ['wreck'] }),
]

const guard = (lifetimes: readonly { readonly id: number }[]) => (lifetimes[0]?.id === 0 ? NOISY : QUIET)

function events(count: number): HistoryEvent[] {
  const many = Array.from({ length: count }, (_, id) =>
    makeRequest({ id, at: 10 + id / 3, outcome: id % 100 === 7 ? 'truncated' : 'answered' }),
  )
  return [...many, makeSpan({ traceId: 'a', endedAt: 50 }), makeSpan({ traceId: 'b', endedAt: 60 })]
}

function fileName(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-saved-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'run.gz')
}

/** A run that was saved, with what it said. */
async function saveRun(eventCount = 300) {
  const path = fileName()
  const saver = await RunSaver.open(path, systemClock)
  const settings: RunSettings = {
    version: '1.2.3',
    trialId: 'one',
    seed: 42,
    pace: 'default',
    chosen: TRIALS.map(({ id }) => id),
    startedAtUnixMs: 1_700_000_000_000,
    facts: hideFacts(FACTS),
  }
  await saver.begin(settings)
  const result = await runTrials({
    trials: TRIALS,
    voyages: VOYAGES,
    facts: FACTS,
    pace: 'default',
    seed: 42,
    trialId: 'one',
    clock: systemClock,
    unixMs: () => 0,
    signal: new AbortController().signal,
    openBridge: bridgeWithout(() => ({ events: events(eventCount) })),
    guard,
    watcher: { voyageEnded: (sailed) => saver.add(sailed) },
  })
  expect(await saver.end({ tookMs: 1234.5, isInterrupted: false })).toBeUndefined()
  return { path, result, settings }
}

async function replay(path: string) {
  return replayRun({ run: await readRun(path), trials: byId(...TRIALS), voyages: VOYAGES, guard })
}

test('a saved run is judged again to the same verdicts, byte for byte, noise and errors of the harness included', async () => {
  const { path, result, settings } = await saveRun()
  const again = await replay(path)
  const plain = (value: object): string => JSON.stringify(value)
  expect(again.judged.map(plain)).toEqual(result.judged.map(plain))
  expect(again.sailed).toEqual(JSON.parse(plain(result.sailed)))
  expect(again).toMatchObject({ ...JSON.parse(JSON.stringify(settings)), tookMs: 1234.5, isInterrupted: false })
  expect(result.judged.map(({ verdict, attempt }) => [verdict.outcome, attempt])).toEqual([
    ['FAIL', 1],
    ['PASS', 2],
    ['SKIP', 1],
    ['INCONCLUSIVE', 1],
  ])
})

test('no secret and no value of a variable is in the file', async () => {
  const { path } = await saveRun()
  const text = gunzipSync(readFileSync(path)).toString('utf8')
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain('very-fast')
  expect(text).toContain('"API_TOKEN":"***"')
})

test('two hundred thousand events go through it', async () => {
  const { path, result } = await saveRun(200_000)
  const again = await replay(path)
  expect(again.judged[0]?.verdict).toEqual(result.judged[0]?.verdict)
  expect(again.sailed[0]?.lifetimes[0]?.events).toHaveLength(200_002)
}, 60_000)

test('spans of one sender share it again', async () => {
  const { path } = await saveRun(0)
  const { sailed } = await readRun(path)
  const [lifetime] = sailed.flatMap(({ lifetimes }) => lifetimes)
  const [first, second] = lifetime === undefined ? [] : eventsOf(lifetime, 'span')
  expect(first?.sender).toBeDefined()
  expect(first?.sender).toBe(second?.sender)
})

/** Writes lines as if they had been saved. */
function writeLines(lines: readonly string[]): string {
  const path = fileName()
  writeFileSync(path, gzipSync(lines.map((line) => `${line}\n`).join('')))
  return path
}

test('a file that was cut off says so, wherever it was cut', async () => {
  const { path } = await saveRun(2000)
  const whole = readFileSync(path)
  for (const length of [30, Math.floor(whole.length / 2), whole.length - 9, whole.length - 1]) {
    writeFileSync(path, whole)
    truncateSync(path, length)
    await expect(readRun(path), `${length} of ${whole.length} bytes`).rejects.toMatchObject({
      code: 'SEA_TRIAL_SAVED_INVALID',
      message: `${path} is cut off: its end is missing`,
    })
  }
  const lines = gunzipSync(whole).toString('utf8').trimEnd().split('\n')
  await expect(readRun(writeLines(lines.slice(0, -1)))).rejects.toThrow('is cut off')
  await expect(readRun(writeLines([...lines.slice(0, 5), ...lines.slice(6)]))).rejects.toThrow('is cut off')
})

test('a file of another format says which one it has and which version reads it', async () => {
  await expect(
    readRun(writeLines(['{"record":"seaworthy trial","format":99,"version":"9.0.0"}'])),
  ).rejects.toMatchObject({
    code: 'SEA_TRIAL_SAVED_INVALID',
    message: expect.stringContaining('has format 99, and this version reads format 1'),
    hint: 'Replay it with the version that saved it: seaworthy 9.0.0.',
  })
})

test.each([
  ['nothing at all', Buffer.alloc(0), 'is cut off'],
  ['text that was never packed', Buffer.from('{"record":"seaworthy trial"}'), 'it is no saved run, or was changed'],
  ['packed text of something else', gzipSync('hello\n'), 'is no saved run'],
  ['packed JSON of something else', gzipSync('{"a":1}\n'), 'is no saved run'],
])('%s is refused with one clear error', async (_what, bytes, message) => {
  const path = fileName()
  writeFileSync(path, bytes)
  await expect(readRun(path)).rejects.toMatchObject({
    code: 'SEA_TRIAL_SAVED_INVALID',
    message: expect.stringContaining(message),
  })
})

test('a file that is not there, and a folder, are named', async () => {
  await expect(readRun('/nowhere/run.gz')).rejects.toMatchObject({
    code: 'SEA_TRIAL_SAVED_INVALID',
    message: expect.stringContaining("/nowhere/run.gz can't be read: ENOENT"),
  })
  await expect(readRun(tmpdir())).rejects.toMatchObject({ code: 'SEA_TRIAL_SAVED_INVALID' })
})

test('a trial that this version has not is refused by name', async () => {
  const { path } = await saveRun(0)
  const run = await readRun(path)
  expect(() => replayRun({ run, trials: byId(...TRIALS.slice(1)), voyages: VOYAGES, guard })).toThrow(
    'The saved run has the trial A-01, which this version has not',
  )
})

/** Saves in a process of its own, which ends in the middle of it. */
function saveAndEnd(path: string, script: string): void {
  const from = (name: string): string => JSON.stringify(new URL(`../../../src/${name}`, import.meta.url).href)
  const header = { version: '1', trialId: 'one', seed: 1, pace: 'default', chosen: [], startedAtUnixMs: 0, facts: {} }
  const lifetime = { ...makeLifetime(events(300), { voyage: 'v' }) }
  const code = `
    import { systemClock } from ${from('core/clock.ts')}
    import { RunSaver } from ${from('trial/saved/save-run.ts')}
    const saver = await RunSaver.open(${JSON.stringify(path)}, systemClock)
    const begin = () => saver.begin(${JSON.stringify(header)})
    const add = (times) => saver.add({ voyage: 'v', attempt: 1, tookMs: 1, isWhole: true, lifetimes: Array(times).fill(${JSON.stringify(lifetime)}) })
    ${script}`
  spawnSync(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'ignore', 'inherit'] })
}

test('a process that ends in the middle of a voyage leaves a whole file with those before it', async () => {
  const path = fileName()
  // So much has been written of the third voyage that a part of it is in the file.
  saveAndEnd(
    path,
    `await begin(); await add(1); await add(2)
     const { statSync } = await import('node:fs')
     const before = statSync(${JSON.stringify(path)}).size
     void add(2000)
     const look = () => statSync(${JSON.stringify(path)}).size > before + 20000 ? process.exit(1) : setImmediate(look)
     look()`,
  )
  const run = await readRun(path)
  expect(run.isInterrupted).toBe(true)
  expect(run.tookMs).toBeGreaterThan(0)
  expect(run.sailed.map(({ lifetimes }) => lifetimes.length)).toEqual([1, 2])
  expect(() => gunzipSync(readFileSync(path))).not.toThrow()
})

test('a process that ends before anything is known leaves an empty file that can be unpacked', () => {
  const path = fileName()
  saveAndEnd(path, 'process.exit(1)')
  expect(gunzipSync(readFileSync(path))).toHaveLength(0)
})

test('what is given up without an end is whole, too', async () => {
  const path = fileName()
  saveAndEnd(path, 'await begin(); await add(1); await saver[Symbol.asyncDispose]()')
  expect(await readRun(path)).toMatchObject({ isInterrupted: true, sailed: [{ voyage: 'v' }] })
})

test('a place that can not be written is refused before anything is tried, and a full disk is told at the end', async () => {
  await expect(RunSaver.open('/nowhere/run.gz', systemClock)).rejects.toMatchObject({ code: 'SEA_CLI_USAGE' })
  const saver = await RunSaver.open('/dev/full', systemClock)
  await saver.add({ voyage: 'short', attempt: 1, lifetimes: [], tookMs: 1, isWhole: true })
  expect(await saver.end({ tookMs: 1, isInterrupted: false })).toContain('ENOSPC')
})
