import { SpanKind } from '@opentelemetry/api'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../telemetry/programs/http2-observation.ts', import.meta.url))

interface Seen {
  readonly kind: SpanKind
  readonly version?: string
  readonly scheme: string
  readonly traceId: string
}

interface Observed {
  readonly loaded: readonly boolean[]
  readonly plainSpans: readonly Seen[]
  readonly secureSpans: readonly Seen[]
  readonly fetchSpans: readonly Seen[]
  readonly problems: readonly string[]
}

/** On other Nodes by `npm run test:built`: 22.15 has no channels for HTTP/2, and from 26 on `fetch` speaks it. */
async function runObserved(): Promise<Observed> {
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []
  const { stdout } = await promisify(execFile)(node, [...flags, PROGRAM], {
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
    timeout: 20_000,
  })
  return JSON.parse(stdout) as Observed
}

test('HTTP/2 is not loaded for being observed, and observed from its first request on, that of fetch once', async () => {
  const { loaded, plainSpans, secureSpans, fetchSpans, problems } = await runObserved()
  expect(problems).toEqual([])
  expect(loaded).toEqual([false, false])
  for (const [scheme, spans] of [
    ['http', plainSpans],
    ['https', secureSpans],
  ] as const) {
    expect(spans.map(({ kind, version, scheme: found }) => [kind, version, found])).toEqual([
      [SpanKind.SERVER, '2', scheme],
      [SpanKind.CLIENT, '2', scheme],
    ])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  }
  expect(fetchSpans.filter(({ kind }) => kind === SpanKind.CLIENT)).toHaveLength(1)
  expect(new Set(fetchSpans.map(({ traceId }) => traceId)).size).toBe(1)
})
