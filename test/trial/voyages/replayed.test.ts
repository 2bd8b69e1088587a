import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../cli/run-command.ts'

const SERVICE = join(import.meta.dirname, '..', 'services', 'says-odd-things.mjs')
/** What looks at spans, at lines, at requests, at probes and at the end; and one that is skipped. */
const TRIALS = [
  'SEC-01',
  'CTX-02',
  'CTX-05',
  'TEL-01',
  'TEL-07',
  'PROBE-01',
  'START-03',
  'STOP-01',
  'STOP-05',
  'STOP-06',
]

/** The verdicts that `--json` printed; of one that was judged again the last. */
function verdictsOf(stdout: string): Readonly<Record<string, object>> {
  const events = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { event: string }]))
  const verdicts = events.filter((event): event is { event: string; id: string } => event.event === 'verdict')
  return Object.fromEntries(verdicts.map((verdict) => [verdict.id, verdict]))
}

test('a run that was saved and replayed says word for word what it said live, whatever the service let out', async () => {
  const files = mkdtempSync(join(tmpdir(), 'seaworthy-replayed-'))
  onTestFinished(() => rmSync(files, { recursive: true }))
  const file = join(files, 'run.gz')
  const only = ['--quick', '--json', '--seed', '7', '--only', TRIALS.join(',')]
  const live = await runCommand(['trial', ...only, '--save', file, '--', process.execPath, SERVICE])
  expect(live.stderr).toBe('')
  const replayed = await runCommand(['trial', '--replay', file, '--json'])
  expect({ code: replayed.code, stderr: replayed.stderr }).toEqual({ code: live.code, stderr: '' })
  const said = verdictsOf(live.stdout)
  expect(Object.keys(said).toSorted()).toEqual(TRIALS.toSorted())
  expect(verdictsOf(replayed.stdout)).toEqual(said)
  // Else nothing was looked at that could have become another.
  expect(said['SEC-01']).toMatchObject({ outcome: 'PASS', says: expect.stringMatching(/ any of \d{3,} texts /) })
}, 180_000)
