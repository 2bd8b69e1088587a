import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BAGGAGE, RPC_METADATA, SPAN, SUPPRESS_TRACING } from '../../../src/telemetry/context/context-keys.ts'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'

const OTHERS = ['a', 'b', 'c', 'd', 'e'].map((name) => createContextKey(`test ${name}`))
const KEYS = [SPAN, BAGGAGE, SUPPRESS_TRACING, RPC_METADATA, ...OTHERS]

const step = fc.record({
  /** Which of the contexts so far the next one is made of. */
  from: fc.nat(),
  key: fc.constantFrom(...KEYS),
  value: fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
  isDeleted: fc.boolean(),
})

test("it holds what the API's own context holds, and no context is changed by those made of it", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const contexts: { ours: Context; stock: Context }[] = [{ ours: FAST_ROOT, stock: ROOT_CONTEXT }]
      for (const { from, key, value, isDeleted } of steps) {
        const { ours, stock } = contexts[from % contexts.length] ?? { ours: FAST_ROOT, stock: ROOT_CONTEXT }
        contexts.push(
          isDeleted
            ? { ours: ours.deleteValue(key), stock: stock.deleteValue(key) }
            : { ours: ours.setValue(key, value), stock: stock.setValue(key, value) },
        )
      }
      for (const { ours, stock } of contexts) {
        for (const key of KEYS) expect(ours.getValue(key)).toBe(stock.getValue(key))
      }
    }),
  )
})
