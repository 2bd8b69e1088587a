import { expect, test } from 'vitest'
import { oldSpaceFlag, processMemory } from '../../../src/server/shedding/memory-use.ts'

const MEBIBYTE = 1_048_576

test.each<[readonly string[], string | undefined, number | undefined]>([
  [[], undefined, undefined],
  [['--enable-source-maps'], '--max-semi-space-size=4', undefined],
  [['--max-old-space-size=96'], undefined, 96],
  [['--max_old_space_size', '128'], undefined, 128],
  [[], '--max-old-space-size=256', 256],
  [[], '--inspect "--max-old-space-size=256" --trace-warnings', 256],
  [['--max-old-space-size=64'], '--max-old-space-size=256', 64],
  [['--max-old-space-size=64', '--max-old-space-size=32'], undefined, 32],
  [['--max-old-space-size-percentage=50'], undefined, undefined],
  [['--max-old-space-size=0'], undefined, undefined],
])('of %j and NODE_OPTIONS %j, the old generation may have %j MiB', (execArgv, nodeOptions, expected) => {
  expect(oldSpaceFlag(execArgv, nodeOptions)).toBe(expected === undefined ? undefined : expected * MEBIBYTE)
})

test('of a real process: there is memory in use, less than there may be', () => {
  expect(processMemory.residentBytes()).toBeGreaterThan(10 * MEBIBYTE)
  expect(processMemory.heapPercent()).toBeGreaterThan(0)
  expect(processMemory.heapPercent()).toBeLessThan(100)
  expect(processMemory.limitBytes() ?? Infinity).toBeGreaterThan(processMemory.residentBytes())
})
