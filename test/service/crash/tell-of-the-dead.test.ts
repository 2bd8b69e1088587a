import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CrashFolder } from '../../../src/service/crash/crash-folder.ts'
import { type LifeFacts, LifeMark } from '../../../src/service/crash/life-mark.ts'
import { tellOfTheDead } from '../../../src/service/crash/tell-of-the-dead.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { ownIdentity } from '../../../src/telemetry/spool/process-identity.ts'
import { crashFolder } from './temporary-folder.ts'

interface Line {
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

function around(options: Parameters<typeof crashFolder>[0] = {}) {
  const folder = crashFolder(options)
  const own = new LifeMark(
    folder.pathOf('life') as string,
    { service: 'shop', version: undefined, foreignReports: undefined, heapSnapshots: undefined },
    { clock: new ManualClock(), inFlight: () => 0, instanceId: () => undefined },
  )
  const lines: Line[] = []
  const warn = (fields: object, message: string): void => void lines.push({ fields: fields as Line['fields'], message })
  const log = { debug() {}, info() {}, error() {}, warn }
  const look = (): Promise<boolean> => tellOfTheDead({ folder, log, name: 'shop', mark: own.path })
  return { folder, look, lines }
}

const idOf = (number: number): string => `${number}-${String(number).padStart(12, '0')}`

/** Puts the mark of another process there. */
function plant(folder: CrashFolder, number: number, facts: Partial<LifeFacts> = {}, ageS = 0): string {
  const own = JSON.parse(readFileSync(folder.pathOf('life') as string, 'utf8')) as LifeFacts
  const file = join(folder.path as string, `life-${idOf(number)}.json`)
  writeFileSync(file, `${JSON.stringify({ ...own, ...facts })}\nwhat a longer one has left`)
  if (ageS > 0) {
    const at = Date.now() / 1000 - ageS
    utimesSync(file, at, at)
  }
  return file
}

const SELF = ownIdentity()
/** Of a process that had the number of one that lives. */
const DEAD = { ...SELF, startTime: '1' }
/** Of another container: whether it lives can't be told from here. */
const ELSEWHERE = { ...SELF, pidNamespace: 'pid:[1]' }

test('one that is dead is told of once, with what it has left', async () => {
  const { folder, look, lines } = around()
  plant(folder, 1, { identity: DEAD })
  const record = join(folder.path as string, `stuck-${idOf(1)}-1.json`)
  writeFileSync(record, '{}')
  writeFileSync(join(folder.path as string, `stuck-${idOf(2)}-1.json`), '{}')
  expect(await look()).toBe(false)
  expect(await look()).toBe(false)
  expect(lines).toHaveLength(1)
  expect(lines[0]?.fields).toMatchObject({ event: 'crash.found', evidence: [record], died: { pid: process.pid } })
  expect(lines[0]?.message).toMatch(/^a former process of shop \(pid \d+, seen .*\) /)
})

test('one that lives is left alone, and so is its own', async () => {
  const { folder, look, lines } = around()
  const living = plant(folder, 1, { identity: SELF }, 3600)
  expect(await look()).toBe(false)
  expect(lines).toEqual([])
  expect(existsSync(living)).toBe(true)
})

test('one that said itself how it ended is told of at once, wherever it was', async () => {
  const { folder, look, lines } = around()
  plant(folder, 1, { identity: ELSEWHERE, ended: { at: '', type: 'Error', message: 'boom' } })
  await look()
  expect(lines[0]?.fields).toMatchObject({ cause: 'uncaught' })
})

test('one elsewhere that has been silent for long enough is dead; one that has not is looked for again', async () => {
  const { folder, look, lines } = around()
  plant(folder, 1, { identity: ELSEWHERE }, 60)
  const fresh = plant(folder, 2, { identity: ELSEWHERE }, 5)
  expect(await look()).toBe(true)
  expect(lines).toHaveLength(1)
  expect(existsSync(fresh)).toBe(true)
})

test('of many, ten are told of and the others counted', async () => {
  const { folder, look, lines } = around()
  for (let number = 1; number <= 13; number++) plant(folder, number, { identity: DEAD })
  await look()
  expect(lines).toHaveLength(11)
  expect(lines.at(-1)?.fields).toEqual({ event: 'crash.found', more: 3 })
  expect(readdirSync(folder.path as string)).toHaveLength(1)
})

test.each([
  ['nothing', ''],
  ['no JSON', '{"identity":'],
  ['something else', '[]'],
  ['a number', '7'],
  ['too much', 'x'.repeat(100_000)],
])('a mark that holds %s is passed over', async (_what, text) => {
  const { folder, look, lines } = around()
  writeFileSync(join(folder.path as string, `life-${idOf(1)}.json`), text)
  await expect(look()).resolves.toBeTypeOf('boolean')
  expect(lines).toEqual([])
})

test('a mark that is too long is passed over, whatever it says', async () => {
  const { folder, look, lines } = around()
  plant(folder, 1, { identity: DEAD, version: 'x'.repeat(100_000) })
  await look()
  expect(lines).toEqual([])
})

test('a report of our own is cleaned in its place, for its owner alone', async () => {
  const { folder, look, lines } = around()
  const report = join(folder.path as string, `fatal-${idOf(1)}.json`)
  writeFileSync(report, '{"header":{"trigger":"OOMError","event":"full"},"environmentVariables":{"A":"1"}}')
  plant(folder, 1, { identity: DEAD })
  await look()
  expect(lines[0]?.fields).toMatchObject({ cause: 'out-of-memory', evidence: [report] })
  expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual({ header: { trigger: 'OOMError', event: 'full' } })
  expect(statSync(report).mode & 0o777).toBe(0o600)
})

test('what is too much of it goes after it was told of', async () => {
  const { folder, look, lines } = around({ keep: 1 })
  const old = join(folder.path as string, `uncaught-${idOf(1)}.json`)
  writeFileSync(old, '{}')
  utimesSync(old, 1, 1)
  writeFileSync(join(folder.path as string, `uncaught-${idOf(2)}.json`), '{}')
  plant(folder, 1, { identity: DEAD })
  await look()
  expect(lines[0]?.fields).toMatchObject({ evidence: [old] })
  expect(readdirSync(folder.path as string).filter((name) => name.startsWith('uncaught'))).toEqual([
    `uncaught-${idOf(2)}.json`,
  ])
})

test('snapshots of the heap are taken into the folder, but none of a process that had its number before', async () => {
  const { folder, look, lines } = around()
  const elsewhere = crashFolder().path as string
  const names = ['1', '2'].map((number) => `Heap.20261123.04211${number}.${process.pid}.0.00${number}.heapsnapshot`)
  for (const name of names) writeFileSync(join(elsewhere, name), '{}')
  utimesSync(join(elsewhere, names[0] as string), 1, 1)
  plant(folder, 1, { identity: DEAD, heapSnapshots: elsewhere })
  await look()
  expect(readdirSync(elsewhere)).toEqual([names[0]])
  const snapshot = expect.stringMatching(/heap-1-0{11}1-\d\.heapsnapshot$/) as string
  expect(lines[0]?.fields).toMatchObject({ evidence: [snapshot] })
})

test('reports that somebody else has ordered are found and left as they are', async () => {
  const { folder, look, lines } = around()
  const elsewhere = crashFolder().path as string
  const report = join(elsewhere, `report.20261123.042115.${process.pid}.0.001.json`)
  const text = '{"header":{"trigger":"OOMError","event":"out of memory"},"environmentVariables":{"A":"1"}}'
  writeFileSync(report, text)
  plant(folder, 1, { identity: DEAD, foreignReports: elsewhere })
  await look()
  expect(lines[0]?.fields).toMatchObject({ cause: 'out-of-memory', evidence: [report] })
  expect(readFileSync(report, 'utf8')).toBe(text)
})

test('one is found among more than a thousand files that others have left, before and after', async () => {
  const { folder, look, lines } = around({ keep: 1000 })
  for (const number of [1, 2]) plant(folder, number, { identity: DEAD })
  for (let number = 1; number <= 1100; number++)
    writeFileSync(join(folder.path as string, `blocked-${idOf(number)}.json`), '{}')
  for (const number of [3, 4]) plant(folder, number, { identity: DEAD })
  await look()
  expect(lines).toHaveLength(4)
})

test('of two that look at the same time, one tells', async () => {
  const { folder, look, lines } = around()
  plant(folder, 1, { identity: DEAD })
  await Promise.all([look(), look()])
  expect(lines).toHaveLength(1)
})
