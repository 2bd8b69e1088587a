import type * as Api from '@opentelemetry/api'
import type { Tracer, TracerProvider } from '@opentelemetry/api'
import { createRequire } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import { findEarlyProviders } from '../../src/telemetry/early-providers.ts'

const require = createRequire(import.meta.url)

/** A provider that notes the names of spans. */
function noting(api: typeof Api, names: string[]): TracerProvider {
  const startSpan = (name: string): ReturnType<Tracer['startSpan']> => {
    names.push(name)
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)
  }
  return { getTracer: () => ({ startSpan }) as unknown as Tracer }
}

/** A module that was loaded, as the loader of CommonJS knows it. */
function loaded(path: string, exports: object): void {
  require.cache[path] = { ...(module as object), exports } as NodeJS.Module
  onTestFinished(() => {
    delete require.cache[path]
  })
}

const module: unknown = { id: '', loaded: true, children: [], paths: [] }

test('tracers that were asked for early record from the start on, and in the next life of telemetry what was not used in the first', () => {
  const api = require('@opentelemetry/api') as typeof Api
  const [used, unused] = [api.trace.getTracer('used'), api.trace.getTracer('unused')]
  const [first, second]: [string[], string[]] = [[], []]
  const end = findEarlyProviders().tracers(noting(api, first))
  used.startSpan('one')
  end()
  unused.startSpan('two')
  expect(first).toEqual(['one'])

  const late = api.trace.getTracer('late')
  const endAgain = findEarlyProviders().tracers(noting(api, second))
  onTestFinished(endAgain)
  late.startSpan('three')
  unused.startSpan('four')
  expect([first, second]).toEqual([['one'], ['three', 'four']])
})

test('copies of the API that cannot be asked, or have nothing that stands in, are left alone', () => {
  const refuse = (): never => {
    throw new Error('not for you')
  }
  loaded('/app/node_modules/@opentelemetry/api/throws.js', { trace: { getTracerProvider: refuse }, logs: 5 })
  loaded('/app/node_modules/@opentelemetry/api/getter.js', Object.defineProperty({}, 'trace', { get: refuse }))
  loaded('/app/node_modules/@opentelemetry/api/registered.js', {
    trace: { getTracerProvider: () => ({ getTracer: refuse }) },
    logs: { getLoggerProvider: () => ({ getLogger: refuse }) },
  })
  loaded('/app/node_modules/@opentelemetry/api/nothing.js', { trace: { getTracerProvider: () => null } })
  const early = findEarlyProviders()
  const names: string[] = []
  const api = require('@opentelemetry/api') as typeof Api
  early.tracers(noting(api, names))()
  early.loggers({ getLogger: refuse })()
  expect(names).toEqual([])
})
