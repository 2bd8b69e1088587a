import { SpanKind } from '@opentelemetry/api'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../telemetry/programs/cross-talk/main.ts', import.meta.url))
/** A deadline against hanging. */
const LIMIT_MS = 60_000

interface CrossTalk {
  readonly right: Readonly<Record<string, number>>
  readonly wrong: Readonly<Record<string, number>>
  readonly answers: readonly string[]
  readonly problems: readonly string[]
  readonly spans: readonly {
    readonly kind: SpanKind
    readonly traceId: string
    readonly spanId: string
    readonly parentId: string | undefined
  }[]
}

/** On other Nodes by `npm run test:built`: `AsyncLocalStorage` is made of other things there. */
async function runCrossTalk(): Promise<CrossTalk> {
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []
  const { stdout } = await promisify(execFile)(node, [...flags, PROGRAM], {
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout) as CrossTalk
}

test(
  '1,100 requests at once never see each other: in timers, streams, emitters, pools, iterators and on the wire',
  async () => {
    const { right, wrong, answers, problems, spans } = await runCrossTalk()
    expect(problems).toEqual([])
    expect(wrong).toEqual({})
    const ids = Array.from({ length: 1100 }, (_, index) => String(index))
    expect(answers).toEqual(ids)
    // Everywhere that a request passes, all of them have passed.
    const {
      connection,
      'the main program, after everything': after,
      'an interval of the process': ticks,
      ...places
    } = right
    expect(connection).toBe(1010)
    expect(after).toBe(1)
    expect(ticks).toBeGreaterThan(0)
    expect(Object.keys(places)).toHaveLength(36)
    // Those of the 1,000 come with two parts of a body, the other 100 with one.
    expect(places['request data']).toBeGreaterThanOrEqual(1100)
    for (const count of Object.values(places)) expect(count).toBeGreaterThanOrEqual(1100)

    // The client's span, the server's, that of its call, and the backend's: one below the other, in the trace that came.
    const chains = new Map<string, (typeof spans)[number][]>()
    for (const span of spans) chains.set(span.traceId, [...(chains.get(span.traceId) ?? []), span])
    expect(chains.size).toBe(1100)
    for (const id of ids) {
      const chain = chains.get(`f${Number(id).toString(16).padStart(31, '0')}`) ?? []
      const kinds: SpanKind[] = []
      for (let parentId: string | undefined = 'b'.repeat(16); parentId !== undefined;) {
        const next = chain.find((span) => span.parentId === parentId)
        if (next !== undefined) kinds.push(next.kind)
        parentId = next?.spanId
      }
      const expected = [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.SERVER]
      expect(kinds).toEqual(Number(id) < 1000 ? [SpanKind.CLIENT, ...expected] : expected)
      expect(chain).toHaveLength(kinds.length)
    }
  },
  LIMIT_MS + 5000,
)
