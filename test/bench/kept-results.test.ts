import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { KeptResults } from '../../bench/kept-results.ts'
import { UsageError } from '../../bench/run-command.ts'
import { ROOT } from '../../scripts/repository-files.ts'

const FOLDER = 'only-in-a-test'
const LAST = join(ROOT, `build/bench-${FOLDER}/last.json`)
const kept = new KeptResults<{ readonly count: number }>({
  folder: FOLDER,
  script: 'bench:only',
  page: FOLDER,
  toPage: ({ count }) => `${count}\n`,
})

afterEach(() => rmSync(join(ROOT, `build/bench-${FOLDER}`), { recursive: true, force: true }))

test('a run that is no basis for the page is kept in build, and makes none', () => {
  kept.store({ count: 3 }, { forPage: false })
  expect(readFileSync(LAST, 'utf8')).toBe('{\n  "count": 3\n}\n')
  expect(() => kept.latest()).toThrow(new UsageError('There is no full measurement yet: npm run bench:only'))
  expect(() => kept.writePage()).toThrow(UsageError)
  expect(existsSync(join(ROOT, `docs/benchmarks/${FOLDER}.md`))).toBe(false)
})
