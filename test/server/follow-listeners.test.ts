import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { followListeners } from '../../src/server/follow-listeners.ts'

const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve))

function followed() {
  const emitter = new EventEmitter()
  const calls: string[] = []
  const release = followListeners(emitter, 'upgrade', () => calls.push('ours'))
  return { emitter, calls, release, theirs: () => void calls.push('theirs') }
}

test('with no listener of the user there is none of ours', () => {
  expect(followed().emitter.listenerCount('upgrade')).toBe(0)
})

test('with one of the user, ours is called before it', async () => {
  const { emitter, calls, theirs } = followed()
  emitter.on('upgrade', theirs)
  await nextTick()
  emitter.emit('upgrade')
  expect(calls).toEqual(['ours', 'theirs'])
})

test('when the last of the user goes, ours goes', async () => {
  const { emitter, theirs } = followed()
  emitter.on('upgrade', theirs)
  await nextTick()
  emitter.off('upgrade', theirs)
  await nextTick()
  expect(emitter.listenerCount('upgrade')).toBe(0)
})

test('a library that takes all listeners away and calls them from its own does not lose ours', async () => {
  const { emitter, calls, theirs } = followed()
  emitter.on('upgrade', theirs)
  await nextTick()
  emitter.removeAllListeners('upgrade')
  emitter.on('upgrade', () => calls.push('library'))
  await nextTick()
  emitter.emit('upgrade')
  expect(calls).toEqual(['ours', 'library'])
})

test('after release nothing of ours is left', async () => {
  const { emitter, release, theirs } = followed()
  emitter.on('upgrade', theirs)
  await nextTick()
  release()
  expect(emitter.listeners('upgrade')).toEqual([theirs])
  expect(emitter.listenerCount('newListener') + emitter.listenerCount('removeListener')).toBe(0)
})
