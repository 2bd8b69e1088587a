import { expect, test } from 'vitest'
import { stopLimit } from '../../../src/adapters/database/stop-limit.ts'

/** How long a stop of that many milliseconds waits, in order with others. */
async function order(limits: Readonly<Record<string, AbortSignal>>): Promise<readonly string[]> {
  const ended: string[] = []
  await Promise.all(
    Object.entries(limits).map(
      ([name, signal]) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            ended.push(name)
            resolve()
          })
        }),
    ),
  )
  return ended
}

test('a stop waits until a little before its time is over, or less where less will do', async () => {
  const signal = AbortSignal.timeout(400)
  const whole = stopLimit({ signal, limitMs: 400 })
  const less = stopLimit({ signal, limitMs: 400 }, 99.5)
  expect(await order({ signal, whole, less })).toEqual(['less', 'whole', 'signal'])
})

test('a stop whose time is not known waits until it is over', () => {
  const { signal } = new AbortController()
  expect(stopLimit({ signal })).toBe(signal)
})
