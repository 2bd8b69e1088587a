import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { TraceFollower } from '../../src/dev/trace-follower.ts'
import type { ExportRequest, Span } from '../../src/otlp/model.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'

const bag = { attributes: {}, droppedAttributesCount: 0 }

function setUp(show: 'failed' | 'all') {
  const clock = new ManualClock()
  const store = new TelemetryStore({ clock })
  const printed: string[] = []
  const follower = new TraceFollower({ clock, show, print: (tree) => printed.push(tree) })
  store.on('span', (span) => follower.follow(span, store))
  const arrive = (over: Partial<Span>): void => {
    const span: Span = {
      traceId: 'a'.repeat(32),
      spanId: '1'.repeat(16),
      traceState: '',
      parentSpanId: '',
      flags: 1,
      name: 'GET /orders',
      kind: 2,
      startTimeUnixNano: 1n,
      endTimeUnixNano: 2n,
      droppedEventsCount: 0,
      events: [],
      links: [],
      droppedLinksCount: 0,
      status: { code: 2, message: '' },
      ...bag,
      ...over,
    }
    store.add('traces', [
      {
        resource: bag,
        schemaUrl: '',
        scopes: [{ scope: { name: '', version: '', ...bag }, schemaUrl: '', items: [span] }],
      },
    ] satisfies ExportRequest<'traces'>)
  }
  return { clock, printed, follower, arrive }
}

test('the trace of a failed request is printed once, with children that arrived later', async () => {
  const { clock, printed, arrive } = setUp('failed')
  arrive({})
  await clock.advance(500)
  arrive({
    spanId: '2'.repeat(16),
    parentSpanId: '1'.repeat(16),
    kind: 3,
    name: 'INSERT',
    status: { code: 0, message: '' },
  })
  expect(printed).toEqual([])
  await clock.advance(100)
  expect(printed).toHaveLength(1)
  expect(printed[0]).toMatch(/^trace a{32} · 2 spans.*\nGET \/orders.*\n└─ INSERT/)
  expect(clock.pending).toBe(0)
})

test('a request that went well is printed only when all are asked for', async () => {
  for (const [show, count] of [
    ['failed', 0],
    ['all', 1],
  ] as const) {
    const { clock, printed, arrive } = setUp(show)
    arrive({ status: { code: 0, message: '' } })
    await clock.advance(600)
    expect(printed).toHaveLength(count)
  }
})

test('when everything fails, ten trees are printed and the others counted; the end waits for none', () => {
  const { clock, printed, arrive, follower } = setUp('failed')
  for (let index = 0; index < 13; index++) arrive({ traceId: index.toString(16).padStart(32, 'b') })
  // Of a trace that is waited for already: not one more.
  arrive({ traceId: '0'.padStart(32, 'b'), spanId: '3'.repeat(16) })
  follower.end()
  expect(printed).toHaveLength(11)
  expect(printed.at(-1)).toBe('… spans of 3 more requests came meanwhile, whose traces are not printed')
  expect(clock.pending).toBe(0)
})
