import { SpanKind } from '@opentelemetry/api'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../programs/grpc-observation.ts', import.meta.url))

interface Observed {
  readonly spans: readonly { readonly scope: string; readonly kind: SpanKind; readonly traceId: string }[]
  readonly inHandler: string
  readonly traceId: string
  readonly problems: readonly string[]
}

test.each([
  ['with', '@opentelemetry/instrumentation-grpc'],
  ['without', 'ours'],
])('a call by grpc-js %s its stock instrumentation has one span on either side, in one trace', async (mode, scope) => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, mode], { timeout: 20_000 })
  const { spans, inHandler, traceId, problems } = JSON.parse(stdout) as Observed
  expect(problems).toEqual([])
  expect(spans.filter(({ kind }) => kind !== SpanKind.INTERNAL).map((span) => [span.scope, span.kind])).toEqual([
    [scope, SpanKind.SERVER],
    [scope, SpanKind.CLIENT],
  ])
  expect(new Set([...spans.map((span) => span.traceId), inHandler])).toEqual(new Set([traceId]))
})

test.each(['import', 'require'])(
  'grpc-js that is loaded later, by %s, is observed where its calls are made, until the end',
  async (how) => {
    const program = fileURLToPath(new URL('../programs/late-grpc.ts', import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, how], { timeout: 20_000 })
    expect([stdout.trim(), stderr]).toEqual(['["shop.Orders/Get"]', ''])
  },
)
