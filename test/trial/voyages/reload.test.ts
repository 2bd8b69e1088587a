import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import CONF_01 from '../../../src/trial/trials/CONF-01.ts'
import CONF_02 from '../../../src/trial/trials/CONF-02.ts'
import reload from '../../../src/trial/voyages/reload.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

const ORIGINAL = '{\n  "colour": "blue"\n}\n'

async function makeConfig(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-reload-'))
  await writeFile(join(folder, 'config.json'), ORIGINAL, { mode: 0o640 })
  return folder
}

function factsOf(folder: string, how: string): Facts {
  return serviceFacts('reloads', ['config.json', how], {
    cwd: folder,
    reload: {
      file: 'config.json',
      changed: ORIGINAL.replace('blue', 'green'),
      signal: 'SIGHUP',
      observe: { path: '/', before: 'blue', after: 'green' },
    },
  })
}

test.concurrent.each([
  [
    'well',
    'PASS',
    /^In force after \d+ ms, and 0 of/,
    'PASS',
    /cut off in the middle, given a value of a wrong type, deleted/,
  ],
  ['dies', 'PASS', /^In force/, 'FAIL', /The process ended with exit code 1, \d+ ms after the file was cut off/],
  ['swallows', 'PASS', /^In force/, 'FAIL', /nothing spoke of it/],
  [
    'takes-anything',
    'PASS',
    /^In force/,
    'FAIL',
    /After the file was given a value of a wrong type, \d+ of \d+ answers did not show the old value/,
  ],
  ['never', 'FAIL', /was not in force/, 'INCONCLUSIVE', /CONF-01/],
  ['restarts', 'FAIL', /Its port \d+ was closed|requests failed while it reloaded/, 'PASS', /./],
])('a service that reloads %s', { timeout: 30_000 }, async (how, first, firstSays, second, secondSays) => {
  const folder = await makeConfig()
  try {
    const facts = factsOf(folder, how)
    const lifetimes = await sailVoyage(reload, facts)
    const verdicts = [judge(CONF_01, lifetimes, facts), judge(CONF_02, lifetimes, facts)]
    expect(verdicts.map(({ says }) => says)).toEqual([
      expect.stringMatching(firstSays),
      expect.stringMatching(secondSays),
    ])
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([first, second])
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(ORIGINAL)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a trial that is given up while the file is deleted leaves it as it was', { timeout: 20_000 }, async () => {
  const folder = await makeConfig()
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'config.json')
  const abort = new AbortController()
  const seen: string[] = []
  const looking = setInterval(() => {
    if (existsSync(path)) return
    clearInterval(looking)
    abort.abort()
    seen.push(readFileSync(path, 'utf8'))
  }, 20)
  await sailVoyage(reload, factsOf(folder, 'well'), { abort })
  expect(seen).toEqual([ORIGINAL])
  expect(await readFile(path, 'utf8')).toBe(ORIGINAL)
  expect((await stat(path)).mode & 0o777).toBe(0o640)
})
