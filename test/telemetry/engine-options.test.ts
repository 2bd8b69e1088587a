import { BatchLogRecordProcessor, InMemoryLogRecordExporter } from '@opentelemetry/sdk-logs'
import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import type { ServiceOptions } from '../../src/service/service-options.ts'
import { createService } from '../../src/service/service.ts'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'

const refusalOf = (attempt: () => unknown): string => {
  try {
    attempt()
  } catch (error) {
    if (isSeaworthyError(error, 'SEA_OPTIONS_INVALID')) return error.message
    throw error
  }
  return 'accepted'
}

/** What is said of options of telemetry, on either way to give them. */
function refusals(telemetry: object): readonly string[] {
  return [
    refusalOf(() => createTelemetry({ serviceName: 'x', env: {}, finalFlush: new FinalFlush(), ...telemetry })),
    refusalOf(() => createService({ name: 'x', env: {}, telemetry })),
  ]
}

test.each([
  [{ sampling: { default: { probability: 2 } } }, 'sampling: default: "probability" is 2, expected 0 to 1'],
  [{ sampling: 0.1 }, 'sampling: expected an object of options, got a number'],
  [
    { sampling: { rules: [{ path: '/x' }] } },
    'rules[0]: expected exactly one of "probability", "perSecond" and "sample"',
  ],
  [{ views: {} }, '"views" expected a list of views'],
  [{ views: [{ name: 'x' }] }, 'views[0]:'],
  [{ views: [{ instrumentName: 'x', agregation: 'drop' }] }, 'Did you mean "aggregation"?'],
  [
    { spanProcessors: new BatchSpanProcessor({ exporter: new InMemorySpanExporter() }) },
    '"spanProcessors" expected a list',
  ],
  [{ spanProcessors: [{ onStart() {} }] }, '"spanProcessors[0]" has no onEnd(), forceFlush(), shutdown()'],
  [{ logRecordProcessors: [undefined] }, '"logRecordProcessors[0]" has no onEmit(), forceFlush(), shutdown()'],
  [{ spool: true }, 'spool: expected an object of options, got a boolean'],
  [{ spool: { directory: '' } }, 'spool: "directory" expected a non-empty text'],
  [{ spool: { maxBytes: 1000 } }, 'spool: "maxBytes" is 1000, expected 1048576 to 1099511627776'],
  [{ spool: { maxAge: '1s' } }, 'spool: "maxAge" is 1000 ms, expected 60000 to 2592000000 ms'],
  [{ spool: { directry: '/x' } }, 'spool: "directry" is not an option. Did you mean "directory"?'],
  [{ provider: 'stock' }, '"provider" expected an SDK with shutdown(), such as a NodeSDK'],
  [{ provider: {} }, '"provider" has nothing, expected an SDK'],
  [{ provider: { traceProvider: {} } }, '"provider" has "traceProvider", expected an SDK'],
  [{ provider: { tracerProvider: {} } }, 'provider: "tracerProvider" has no shutdown()'],
  [
    { provider: { async shutdown() {} }, spool: false, views: [] },
    '"views", "spool" and "provider" exclude each other',
  ],
])('%o is refused by createTelemetry() and by createService(): %s', (options, expected) => {
  const [byTelemetry, byService] = refusals(options)
  expect(byTelemetry).toContain(expected)
  expect(byService).toContain(expected)
  expect(byTelemetry).toMatch(/^createTelemetry\(\):/)
})

test('all problems of all options come in one error', () => {
  const [message] = refusals({ sampling: { default: {} }, views: [{}], spool: { maxBytes: 0 } })
  for (const part of ['sampling: default', 'views[0]:', 'spool: "maxBytes"']) expect(message).toContain(part)
})

test('a plan, views, processors and a spool that make sense are accepted, whatever is left out', () => {
  const options = {
    sampling: {
      default: { perSecond: 50 },
      rules: [{ path: '/health/*', sample: 'never' }],
      keep: { slowerThanMs: 2000 },
    },
    views: [{ instrumentName: 'http.*', excludeAttributes: ['server.address'] }],
    spanProcessors: [new BatchSpanProcessor({ exporter: new InMemorySpanExporter() })],
    logRecordProcessors: [new BatchLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })],
    spool: { maxAge: '2h' },
  } satisfies ServiceOptions['telemetry']
  expect(refusals(options)).toEqual(['accepted', 'accepted'])
  expect(refusals({ spool: false })).toEqual(['accepted', 'accepted'])
  expect(refusals({ spool: {} })).toEqual(['accepted', 'accepted'])
})
