import { expect, test } from 'vitest'
import { filesUnder, readText } from '../../scripts/repository-files.ts'
import { ambientUses, findAmbientUses } from './ambient.ts'
import { AMBIENTS } from './ambient-table.ts'

test('time, environment, exit, signals and console come in through a parameter, except where the table says why', () => {
  const code = filesUnder('src').filter((path) => !path.endsWith('.css'))
  expect(code.flatMap((path) => findAmbientUses(path, readText(path)))).toEqual([])
})

test('every exception is for a file that exists and needs it', () => {
  const unneeded = AMBIENTS.flatMap(({ name, allowed }) =>
    Object.keys(allowed)
      .filter((path) => !ambientUses(path, readText(path)).some(({ ambient }) => ambient.name === name))
      .map((path) => `${name} in ${path}`),
  )
  expect(unneeded).toEqual([])
})

test.each([
  ['const at = Date.now()', 'uses Date.now; take a Clock'],
  ['const now = Date.now', 'uses Date.now; take a Clock'],
  ['setTimeout(() => {}, 10)', 'uses setTimeout; take Clock.schedule() or sleep()'],
  ['const later = globalThis.setTimeout', 'uses setTimeout; take Clock.schedule() or sleep()'],
  ['const port = process.env.PORT', 'uses process.env; take an Environment as a parameter'],
  ['const { env } = process; const e = process.env', 'uses process.env; take an Environment as a parameter'],
  ['process.exit(1)', 'uses process.exit; take an exit function as a parameter'],
  ["process.on('SIGTERM', () => {})", 'uses process.on; take the signals of the life cycle'],
  ["console.log('x')", 'uses console; take a Log'],
  ["import { setTimeout as wait } from 'node:timers/promises'", 'imports node:timers/promises'],
  ["import { env } from 'node:process'", 'imports node:process'],
])('%s is found', (text, finding) => {
  expect(findAmbientUses('src/health/x.ts', `\n${text}`)).toEqual([`src/health/x.ts:2 ${finding}`])
})

test.each([
  ['const scheduler = { setTimeout: clock.schedule }'],
  ['clock.setTimeout(10)'],
  ['interface Timers { setTimeout(): void }'],
  ['// Date.now() would go back when the clock is set'],
  ['type Timer = ReturnType<typeof setTimeout>'],
  ['const title = "process.exit"'],
])('%s is no use of it', (text) => {
  expect(findAmbientUses('src/health/x.ts', text)).toEqual([])
})

test('an exception holds for its file and no other', () => {
  expect(findAmbientUses('src/core/clock.ts', 'setTimeout(() => {}, 1)')).toEqual([])
  expect(findAmbientUses('src/core/clock-two.ts', 'setTimeout(() => {}, 1)')).toHaveLength(1)
  expect(findAmbientUses('src/core/clock.ts', 'process.exit(1)')).toHaveLength(1)
})
