import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { type CloseOptions, closeWhenQuiet } from '../../src/server/close-when-quiet.ts'
import { bindForTest } from './start-server.ts'

function closing(over: Partial<CloseOptions> = {}) {
  const clock = new ManualClock()
  const order: string[] = []
  const gate = { hold: () => void order.push('hold'), release: () => void order.push('release') }
  const options: CloseOptions = { clock, gate, lastArrivalAt: clock.now(), limitMs: 1000, quietMs: 50, ...over }
  return { clock, order, options }
}

test('handlers are held back from before the wait until the listener is closed', async () => {
  const { server } = await bindForTest(createServer())
  const { clock, order, options } = closing({
    close: () => {
      order.push('close')
      server.close()
    },
  })
  const closed = closeWhenQuiet(server, options)
  expect(order).toEqual(['hold'])
  await clock.advance(49)
  expect(order).toEqual(['hold'])
  await clock.advance(1)
  expect(await closed).toBe(0)
  expect(order).toEqual(['hold', 'close', 'release'])
  expect(server.listening).toBe(false)
})

test('where nobody can connect any more, quiet is not waited for', async () => {
  const { clock, order, options } = closing()
  expect(await closeWhenQuiet(createServer(), options)).toBe(0)
  expect(order).toEqual(['hold', 'release'])
  expect(clock.pending).toBe(0)
})

test('what was held back is given to its handlers also when the listener can’t be closed', async () => {
  const { server } = await bindForTest(createServer())
  const { order, options } = closing({
    quietMs: 0,
    close: () => {
      throw new Error('not closed')
    },
  })
  await expect(closeWhenQuiet(server, options)).rejects.toThrow('not closed')
  expect(order).toEqual(['hold', 'release'])
})
