import { expect, test } from 'vitest'
import { flushAtExit } from '../../../src/telemetry/pipeline/exit-flush.ts'
import { createDisk } from './kept-spool.ts'
import { setUp } from './outbox-fixture.ts'

test('at the exit of a process what is open is sealed, and everything is on disk before it ends', () => {
  const { outbox, add } = setUp({ disk: createDisk() })
  const atExit: (() => void)[] = []
  flushAtExit({
    outbox,
    sealAll: () => add('open', 2),
    onExit(callback) {
      atExit.push(callback)
      return () => atExit.splice(0)
    },
  })
  add('sealed', 3)
  expect(outbox.account('traces')).toMatchObject({ spooled: 0, pending: 3 })
  for (const callback of atExit) callback()
  expect(outbox.account('traces')).toMatchObject({ spooled: 5, pending: 0 })
})

test('what fails there keeps nothing else from the disk, and it can be taken back', () => {
  const { outbox, add } = setUp({ disk: createDisk() })
  const before = process.listenerCount('exit')
  const undo = flushAtExit({
    outbox,
    sealAll() {
      throw new Error('broken')
    },
  })
  expect(process.listenerCount('exit')).toBe(before + 1)
  add('sealed', 3)
  const listener = process.listeners('exit').at(-1)
  listener?.(0)
  expect(outbox.account('traces')).toMatchObject({ spooled: 3, pending: 0 })
  undo()
  expect(process.listenerCount('exit')).toBe(before)
})
