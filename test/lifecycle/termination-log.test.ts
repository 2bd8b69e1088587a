import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { toReportFields } from '../../src/lifecycle/report-fields.ts'
import { writeTerminationLog } from '../../src/lifecycle/termination-log.ts'
import type { ShutdownReport } from '../../src/lifecycle/shutdown-report.ts'

const report: ShutdownReport = {
  reason: { kind: 'signal', signal: 'SIGTERM' },
  phases: [{ phase: 'stop', tookMs: 12, hooks: [{ name: 'db', outcome: 'timed-out', tookMs: 12 }] }],
  aborted: [],
  flushes: { telemetry: { complete: true, details: { spans: 3 } } },
  figures: {},
  tookMs: 12,
  clean: false,
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-termination-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A file as Kubernetes makes it: there already, and empty. */
function made(content = ''): string {
  const path = join(folder(), 'termination-log')
  writeFileSync(path, content)
  return path
}

test('the line for people comes first, the figures after it', () => {
  const path = made()
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped', report)
  const [summary, figures, end] = readFileSync(path, 'utf8').split('\n')
  expect(summary).toBe('shop stopped')
  expect(JSON.parse(figures ?? '')).toMatchObject({ reason: 'SIGTERM', laggards: [{ name: 'db', phase: 'stop' }] })
  expect(end).toBe('')
})

test('what was there before is replaced, to the last byte', () => {
  const path = made('x'.repeat(10_000))
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped', report)
  expect(readFileSync(path, 'utf8')).not.toContain('x'.repeat(10))
})

test('a kubelet reads 4096 bytes, so there are never more', () => {
  const path = made()
  const aborted = Array.from({ length: 500 }, (_, index) => `api: GET /orders/${index} after 10s`)
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'é'.repeat(5000), { ...report, aborted })
  expect(readFileSync(path).length).toBeLessThanOrEqual(4096)
  const [summary = '', figures = ''] = readFileSync(path, 'utf8').split('\n')
  expect(summary).toMatch(/^é{500,}…$/)
  expect(JSON.parse(figures)).toMatchObject({
    exitCode: 1,
    reason: 'SIGTERM',
    laggards: [{ name: 'db' }],
    aborted: expect.arrayContaining(['… and 480 more']),
  })
})

test('a report that is longer than that by a little is made shorter, and is still whole JSON', () => {
  const path = made()
  const aborted = Array.from({ length: 180 }, (_, index) => `api: GET /orders/${index} after 10s`)
  const long = { ...report, aborted }
  const { length } = JSON.stringify(toReportFields(long))
  expect({ length, isALittleLonger: length > 5000 && length < 7000 }).toMatchObject({ isALittleLonger: true })
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped', long)
  expect(readFileSync(path).length).toBeLessThanOrEqual(4096)
  const figures = readFileSync(path, 'utf8').split('\n')[1] ?? ''
  expect(JSON.parse(figures)).toMatchObject({ aborted: expect.arrayContaining(['… and 160 more']) })
})

test('a summary of several lines is one line', () => {
  const path = made()
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped: a\nb', report)
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('shop stopped: a b')
})

test('a file that is not there is not made: this is not Kubernetes', () => {
  const path = join(folder(), 'absent')
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped', report)
  expect(() => readFileSync(path)).toThrow('ENOENT')
})

test.each([
  ['a folder', () => folder()],
  [
    'a pipe that nobody reads',
    () => {
      const path = join(folder(), 'pipe')
      execFileSync('mkfifo', [path])
      return path
    },
  ],
])('%s in its place is left alone, and holds nobody up', (_what, make) => {
  expect(() => writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: make() }, 'shop stopped', report)).not.toThrow()
})

test('figures that have no JSON do not take the line for people with them', () => {
  const path = made()
  const odd = { ...report, flushes: { telemetry: { complete: true, details: { spans: 3n } } } }
  writeTerminationLog({ SEAWORTHY_TERMINATION_LOG: path }, 'shop stopped', odd)
  expect(readFileSync(path, 'utf8')).toBe('shop stopped\n{}\n')
})

test('without a path of its own, it is the one of Kubernetes, and harmless where that does not exist', () => {
  expect(() => writeTerminationLog({}, 'shop stopped', report)).not.toThrow()
})
