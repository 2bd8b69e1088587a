import { describe, expect, test } from 'vitest'
import { differencesBetween, describeDifference } from './compare.ts'
import type { Facts } from './facts.ts'
import { judge, KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.ts'
import { runProgram } from './run-program.ts'
import { PROGRAMS, SET_UPS, type SetUpName, STOCK } from './set-ups.ts'

/*
 * The same programs with the stock SDK and with ours, each a process of its own: what arrives says the same, but for what is
 * listed with a reason.
 */

const met = new Map<SetUpName, Set<KnownDifference>>()
const run = new Set<string>()
const NOTHING: Facts = new Map()
/** Four processes, each of which loads the stock SDK or its instrumentations, on a machine that does other things. */
const LIMIT_MS = 60_000

describe.each(PROGRAMS)('$name', (program) => {
  test(
    `what is said is the same in the set-ups ${program.setUps.join(', ')}, but for what is listed`,
    { timeout: LIMIT_MS },
    async () => {
      const [stock = NOTHING, ...ours] = await Promise.all(
        [STOCK, ...program.setUps.map((name) => SET_UPS[name])].map((setUp) => runProgram(program, setUp)),
      )
      expect(stock.size).toBeGreaterThan(0)
      for (const [index, name] of program.setUps.entries()) {
        const { unexplained, used } = judge(name, differencesBetween(stock, ours[index] ?? NOTHING))
        expect(unexplained.map(describeDifference), `set-up ${name}`).toEqual([])
        met.set(name, new Set([...(met.get(name) ?? []), ...used]))
      }
      run.add(program.name)
    },
  )
})

test('everything that is listed happens', ({ skip }) => {
  skip(run.size < PROGRAMS.length, 'only a part of the programs was run, or some failed')
  const idle = KNOWN_DIFFERENCES.flatMap((known) =>
    known.setUps.filter((name) => met.get(name)?.has(known) === false).map((name) => `${name}: ${known.title}`),
  )
  expect(idle).toEqual([])
})
