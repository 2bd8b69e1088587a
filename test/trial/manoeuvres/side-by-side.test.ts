import { expect, test } from 'vitest'
import { sideBySide } from '../../../src/trial/manoeuvres/side-by-side.ts'
import { makeFacts } from '../samples.ts'

async function mostAtATime(standsBeside: boolean, signal = new AbortController().signal): Promise<number[]> {
  let living = 0
  const seen: number[] = []
  await sideBySide(['a', 'b', 'c'], { facts: makeFacts({ standsBeside }), signal }, async () => {
    seen.push(++living)
    await new Promise((resolve) => setImmediate(resolve))
    living--
  })
  return seen
}

test('copies that bear each other live at the same time, others one after another', async () => {
  expect(await mostAtATime(true)).toEqual([1, 2, 3])
  expect(await mostAtATime(false)).toEqual([1, 1, 1])
})

test('no further life begins once the trial was given up', async () => {
  expect(await mostAtATime(false, AbortSignal.abort())).toEqual([])
})
