import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inLanes } from '../../zoo/runner/lanes.ts'

interface Watched {
  /** Items that were at work when each began, itself included. */
  readonly beside: Record<string, readonly string[]>
  readonly order: readonly string[]
}

async function watch(
  items: readonly string[],
  together: number,
  signal = new AbortController().signal,
): Promise<Watched> {
  const atWork = new Set<string>()
  const beside: Record<string, readonly string[]> = {}
  const lanes = {
    together,
    holds: (item: string) => (item.startsWith('file') ? 'the file' : undefined),
    signal,
  }
  await inLanes(items, lanes, async (item) => {
    atWork.add(item)
    beside[item] = [...atWork]
    await pause(5)
    atWork.delete(item)
  })
  return { beside, order: Object.keys(beside) }
}

test('each is done once, as many at a time as were asked for', async () => {
  const { beside, order } = await watch(['a', 'b', 'c', 'd', 'e'], 3)
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(Math.max(...Object.values(beside).map((items) => items.length))).toBe(3)
})

test('two that change the same file never go beside each other, and others pass them', async () => {
  const { beside, order } = await watch(['file 1', 'file 2', 'a', 'file 3'], 2)
  expect(order.toSorted()).toEqual(['a', 'file 1', 'file 2', 'file 3'])
  for (const items of Object.values(beside))
    expect(items.filter((item) => item.startsWith('file')).length).toBeLessThanOrEqual(1)
  expect(beside['a']).toEqual(['file 1', 'a'])
})

test('nothing is begun once it was given up', async () => {
  expect((await watch(['a', 'b'], 2, AbortSignal.abort())).order).toEqual([])
})
