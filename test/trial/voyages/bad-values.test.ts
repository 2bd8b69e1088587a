import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/START-05.ts'
import badValues from '../../../src/trial/voyages/bad-values.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf } from './start-services.ts'

async function sail(defect: string) {
  const facts = factsOf(defect)
  return judge(trial, await sailVoyage(badValues, facts), facts)
}

test('a port that is no number is refused, with its name', async () => {
  expect(await sail('none')).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(await sail('unnamed-refusal')).toMatchObject({ outcome: 'PASS', notes: [expect.anything()] })
})

test('a service that takes another port instead fails', async () => {
  const verdict = await sail('bad-port-accepted')
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('listened on port 11712')
})

test('a service that refuses with code 0 fails', async () => {
  expect((await sail('exit-0')).says).toContain('ended with code 0')
})
