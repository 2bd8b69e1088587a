import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import CONF_03 from '../../../src/trial/trials/CONF-03.ts'
import stormOfReloads from '../../../src/trial/voyages/storm-of-reloads.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

const ORIGINAL = '{\n  "colour": "blue"\n}\n'

test.concurrent.each([
  ['well', 'PASS', /^150 reloads, the last in force after \d+ ms; 0 of \d+ requests failed/],
  ['keeps-files', 'FAIL', /^1[45]\d more files are open after 150 reloads/],
  ['drops', 'FAIL', /^The value of the last of 150 reloads was not in force 5\.\d s after it/],
  ['restarts', 'FAIL', /^(?:Its port \d+ was closed|The process ended with exit code 1,) /],
  ['never', 'INCONCLUSIVE', /^\/ did not show a single change/],
])('a storm of reloads on a service that reloads %s', { timeout: 60_000 }, async (how, outcome, says) => {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-storm-'))
  try {
    await writeFile(join(folder, 'config.json'), ORIGINAL)
    const facts = serviceFacts('reloads', ['config.json', how], {
      cwd: folder,
      reload: {
        file: 'config.json',
        changed: ORIGINAL.replace('blue', 'green'),
        signal: 'SIGHUP',
        observe: { path: '/', before: 'blue', after: 'green' },
      },
    })
    const verdict = judge(CONF_03, await sailVoyage(stormOfReloads, facts), facts)
    expect(verdict.says).toMatch(says)
    expect(verdict.outcome).toBe(outcome)
    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(ORIGINAL)
  } finally {
    await rm(folder, { recursive: true })
  }
})
