import { expect, test } from 'vitest'
import type { Trial } from '../../src/trial/trial.ts'
import type { Example } from '../../zoo/examples/example.ts'
import { toPage } from '../../zoo/examples/page.ts'

const EXAMPLE: Example = {
  name: 'one',
  title: 'One',
  framework: 'Koa',
  language: 'javascript',
  command: ['node'],
  needs: [],
  source: { url: 'https://a.example', title: 'A', date: '2026-01-02', version: '1', licence: 'MIT', taken: 'quoted' },
  files: ['a.mjs'],
  versions: { koa: '3.0.0' },
  changes: [{ line: 'listen(PORT)', why: 'It has a port.' }],
}
const TRIALS = ['STOP-01', 'STOP-02', 'STOP-03', 'STOP-04'].map(
  (id) => ({ id, slug: 'stops', remedy: { feature: 'the drain', page: 'guide/drain.md', change: 'Drain.' } }) as Trial,
)
const KEPT = {
  example: 'one',
  origin: { date: '2026-01-02T03:04:05Z', commit: 'abc', isDirty: false, node: 'v24', machine: 'm' },
  load: { before: 1, after: 2.5 },
  tookMs: 61_000,
  verdicts: {
    'STOP-01': { outcome: 'FAIL', says: '3 of 4 were lost <b>' },
    'STOP-02': { outcome: 'PASS', says: 'so' },
    'STOP-03': { outcome: 'SKIP', says: 'so' },
    'STOP-04': { outcome: 'INCONCLUSIVE', says: 'too few' },
  },
} as const

test('what fails has a row, its evidence and what mends it; what is the same everywhere has none', () => {
  const page = toPage([EXAMPLE], [KEPT], TRIALS)
  expect(page).toContain('| [STOP-01](../reference/trials.md#stop-01-stops) stops | **✗** |')
  expect(page).not.toContain('[STOP-02](../reference/trials.md#stop-02-stops) stops |')
  expect(page).toContain('All of them pass [STOP-02]')
  expect(page).toContain('- **STOP-01** 3 of 4 were lost &lt;b>')
  expect(page).toContain('| Drain. | [the drain](../guide/drain.md) |')
  expect(page).toContain('- **STOP-04** too few')
})

test('it says where an example comes from, what was changed, and on what it was tried', () => {
  const page = toPage([EXAMPLE], [KEPT], TRIALS)
  expect(page).toContain('Source: [A](https://a.example), 1, read 2026-01-02, quoted under MIT')
  expect(page).toContain('- `` listen(PORT) ``: It has a port.')
  expect(page).toContain('commit `abc`, Node v24, m; 61 s, at a load of 1 before and 2.5 after')
})

test('a verdict about lines that were added here is no verdict about the example', () => {
  const page = toPage([{ ...EXAMPLE, aboutChanges: { 'STOP-01': 'It was added.' } }], [KEPT], TRIALS)
  expect(page).not.toContain('**✗** |')
  expect(page).not.toContain('were lost')
  expect(page).toContain('- No verdict of STOP-01: It was added.')
})

test('an example that was not tried is named, and has no column', () => {
  const page = toPage([EXAMPLE, { ...EXAMPLE, name: 'two' }], [KEPT], TRIALS)
  expect(page).toContain('Not tried yet: `two`.')
  expect(page).not.toContain('(#two)')
})
