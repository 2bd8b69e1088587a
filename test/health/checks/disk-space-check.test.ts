import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { diskSpaceCheck, judge } from '../../../src/health/checks/disk-space-check.ts'
import { reportOf, resultOf } from './run-check.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-disk-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

const EVERYTHING = 2 ** 52

test('a disk is healthy, degraded or unhealthy by what is free on it', async () => {
  const path = folder()
  const calm = { degradedBelowPercent: 0, unhealthyBelowBytes: 0 }

  expect(await reportOf(diskSpaceCheck(path, calm))).toMatchObject({ status: 'healthy' })
  expect(await resultOf(diskSpaceCheck(path, { ...calm, degradedBelowBytes: EVERYTHING }))).toEqual({
    status: 'degraded',
    message: expect.stringMatching(/^disk \/.*: [\d.]+ [KMGTP]?i?B free, [\d.]+ %$/) as string,
  })
  expect(await resultOf(diskSpaceCheck(path, { ...calm, unhealthyBelowBytes: EVERYTHING }))).toMatchObject({
    status: 'unhealthy',
  })
})

const DISK = { bsize: 4096, blocks: 1_000_000, bfree: 500_000, bavail: 450_000, files: 1000, ffree: 500 }
const BELOW = { degradedBelow: { percent: 10, bytes: 0 }, unhealthyBelow: { percent: 0, bytes: 10_485_760 } }

test.each([
  ['half full', {}, 'healthy', undefined],
  ['nearly full', { bavail: 30_000 }, 'degraded', 'disk /d: 117 MiB free, 5.7 %'],
  ['full but for what root may use', { bavail: 0 }, 'unhealthy', 'disk /d: 0 B free, 0.0 %'],
  ['short of inodes', { ffree: 50 }, 'degraded', 'disk /d: 50 inodes free, 5.0 %'],
  ['out of inodes', { ffree: 0 }, 'unhealthy', 'disk /d: 0 inodes free, 0.0 %'],
  ['without a number of inodes', { files: 0, ffree: 0 }, 'healthy', undefined],
] as const)('a file system that is %s', (_, facts, status, message) => {
  expect(judge('/d', { ...DISK, ...facts } as never, BELOW)).toEqual({
    status,
    ...(message === undefined ? {} : { message }),
  })
})

test('the write probe leaves nothing behind, and a folder that is read-only fails it', async () => {
  const path = folder()
  const options = { writeProbe: true, degradedBelowPercent: 0 }

  expect(await resultOf(diskSpaceCheck(path, options))).toEqual({ status: 'healthy' })
  expect(readdirSync(path)).toEqual([])
  // Of all file systems this one lets nobody make files, not even root.
  expect(await resultOf(diskSpaceCheck('/proc/self', { ...options, unhealthyBelowBytes: 0 }))).toMatchObject({
    status: 'unhealthy',
    message: expect.stringMatching(/^disk \/proc\/self: \w+: /) as string,
  })
})

test('a folder that is not there is unhealthy, and named', async () => {
  expect(await resultOf(diskSpaceCheck('/not/there'))).toEqual({
    status: 'unhealthy',
    message: "disk /not/there: ENOENT: no such file or directory, statfs '/not/there'",
  })
})

test('a run whose time is over does not wait', async () => {
  expect(await resultOf(diskSpaceCheck(folder()), AbortSignal.abort())).toMatchObject({ status: 'unhealthy' })
})

test.each<[string, object]>([
  ['', {}],
  ['/', { degradedBelowPercent: 101 }],
  ['/', { unhealthyBelowBytes: -1 }],
  ['/', { writeProbe: 'yes' }],
])('%j with %j is refused at once', (path, options) => {
  expect(() => diskSpaceCheck(path, options)).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})
