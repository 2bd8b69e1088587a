import { describe, expect, test } from 'vitest'
import { describeDifference, differencesBetween } from './compare.ts'
import { DOOR_DIFFERENCES, DOORS, judgeDoor, STOCK_DOOR } from './doors.ts'
import { runDoor } from './run-door.ts'

/*
 * One application, once by the door of the stock SDK and once by each of ours, called from outside and ended by SIGTERM:
 * `--import @opentelemetry/auto-instrumentations-node/register`, `--import seaworthy/register`, and as a service.
 */

/** Three processes on a machine that does other things. */
const LIMIT_MS = 60_000
const met = new Set<string>()
let runs = 0

describe.each(['http/protobuf', 'grpc'] as const)('over %s', (protocol) => {
  test('what arrives says the same, but for what is listed', { timeout: LIMIT_MS }, async () => {
    const [stock = new Map<string, string>(), ...ours] = await Promise.all(
      [STOCK_DOOR, ...DOORS].map((door) => runDoor(door, protocol)),
    )
    const names = [...stock.keys()].filter((key) => key.startsWith('span ') && key.endsWith(' · scope'))
    expect(names.length).toBeGreaterThan(10)
    for (const [index, door] of DOORS.entries()) {
      const { unexplained, used } = judgeDoor(door, differencesBetween(stock, ours[index] ?? new Map()))
      expect(unexplained.map(describeDifference), door.name).toEqual([])
      for (const { title } of used) met.add(`${door.name}: ${title}`)
    }
    runs++
  })
})

test('everything that is listed happens at each door that it names', ({ skip }) => {
  skip(runs === 0, 'nothing was run')
  const listed = DOOR_DIFFERENCES.flatMap(({ doors, title }) => doors.map((door) => `${door}: ${title}`))
  expect(listed.filter((each) => !met.has(each))).toEqual([])
})
