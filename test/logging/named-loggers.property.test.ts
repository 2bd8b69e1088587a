import fc from 'fast-check'
import { type ChildLoggerOptions, type Logger, pino } from 'pino'
import { expect, test } from 'vitest'
import { LOG_LEVELS } from '../../src/logging/log-level.ts'
import { parseRedactRules } from '../../src/logging/redact-rules.ts'
import { createSafeLogger } from '../../src/logging/safe-logger.ts'

interface Step {
  readonly bindings: Readonly<Record<string, unknown>>
  readonly options: ChildLoggerOptions | undefined
}

/** pino asks its options and bindings for `hasOwnProperty`. */
function record<T>(model: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true })
}

const name = fc.constantFrom('db', 'db.pool', 'web')
const bindings = fc.oneof(
  record({ component: name }),
  record({ component: name, table: fc.string() }),
  record({ requestId: fc.string(), size: fc.integer() }),
  fc.constant({}),
)
const level = fc.constantFrom(...LOG_LEVELS)
const options = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  record({ level }),
  record({ msgPrefix: fc.string() }),
  record({ serializers: fc.constant({ size: (size: number) => size * 2 }) }),
  record({ formatters: fc.constant({ log: (fields: object) => ({ ...fields, formatted: true }) }) }),
  record({ formatters: fc.constant({ bindings: (fields: object) => ({ ...fields, bound: true }) }), level }),
)
const chain = fc.array(fc.record<Step>({ bindings, options }), { minLength: 1, maxLength: 6 })

function below(log: Logger, steps: readonly Step[]): Logger {
  return steps.reduce<Logger>((parent, step) => parent.child(step.bindings, step.options), log)
}

/** A line as it was written, without its time. */
function lineOf(lines: string[], log: Logger): string | undefined {
  lines.length = 0
  log.fatal({ size: 3, table: 'orders' }, 'said')
  return lines[0]?.replace(/"time":"[^"]*",?/, '')
}

test('whatever a logger is made from, its lines are those of pino, and so is its level while none is set by name', () => {
  fc.assert(
    fc.property(chain, level, (steps, ofLog) => {
      const lines: string[] = []
      const stream = { write: (line: string) => void lines.push(line) }
      const { log } = createSafeLogger(
        { level: ofLog, base: { service: 'orders' }, rules: parseRedactRules([]) },
        stream,
      )
      const plain = pino(
        {
          level: ofLog,
          base: { service: 'orders' },
          timestamp: false,
          formatters: { level: (label) => ({ level: label }) },
        },
        stream,
      )
      const [ours, theirs] = [below(log, steps), below(plain, steps)]
      expect(ours.level).toBe(theirs.level)
      expect(lineOf(lines, ours)).toBe(lineOf(lines, theirs)?.replace(/,(?="time")/, ''))
    }),
    { numRuns: 500 },
  )
})

test('a level for a name holds for all loggers of it and below it, and its end gives each what it had', () => {
  fc.assert(
    fc.property(fc.array(chain, { minLength: 1, maxLength: 5 }), name, level, (chains, set, to) => {
      const { log, named } = createSafeLogger(
        { level: 'info', base: { service: 'orders' }, rules: parseRedactRules([]) },
        { write() {} },
      )
      const early = chains.map((steps) => below(log, steps))
      const before = early.map((logger) => logger.level)
      named.apply((each) => (each === set || each.startsWith(`${set}.`) ? to : undefined))
      const late = chains.map((steps) => below(log, steps))
      expect(early.map((logger) => logger.level)).toEqual(late.map((logger) => logger.level))
      for (const [index, steps] of chains.entries()) {
        const last = steps.at(-1) as Step
        const own = last.bindings['component'] as string | undefined
        if (own === set) expect(early[index]?.level).toBe(to)
      }
      named.apply(() => undefined)
      expect(early.map((logger) => logger.level)).toEqual(before)
      expect(late.map((logger) => logger.level)).toEqual(before)
    }),
    { numRuns: 300 },
  )
})
