import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/PROBE-02.ts'
import frozen from '../../../src/trial/voyages/frozen.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf } from './start-services.ts'

async function sail(defect: string) {
  const facts = factsOf(defect)
  return judge(trial, await sailVoyage(frozen, facts), facts)
}

test('a service that goes on where it was frozen passes', async () => {
  expect(await sail('none')).toMatchObject({ outcome: 'PASS', figures: [{ name: 'aliveAfterThawMs' }] })
})

test('a service that ends itself because it was frozen fails', async () => {
  expect((await sail('dies-after-freeze')).says).toContain('never came back: the process ended with exit code 9')
})

test('a liveness that says no because there is much to do fails', async () => {
  expect((await sail('busy-is-dead')).says).toContain('while the service was busy')
})
