import type { Facts } from '../../../src/trial/facts.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { FILE_CHANGED, RELOAD_BEGAN, RELOAD_ENDED, RELOAD_STEPS } from '../../../src/trial/history/marks/reload.ts'
import { makeFacts, makeLifetime, makeRequest } from '../samples.ts'

export const RELOAD_FACTS: Facts = makeFacts({
  reload: {
    file: 'etc/shop.json',
    changed: '***',
    signal: 'SIGHUP',
    observe: { path: '/colour', before: 'blue', after: 'green' },
  },
})

/** When each step begins; the last one ends at 16 s. */
export const STEP_AT = {
  good: 2000,
  truncated: 8000,
  'wrong-type': 10_000,
  deleted: 12_000,
  'good-again': 14_000,
} as const
export const RELOADED_AT = 16_000

export interface ReloadStory {
  /** What the answer shows at a moment. */
  readonly shows?: (at: number) => string
  readonly fails?: (at: number) => boolean
  readonly lines?: readonly (readonly [at: number, line: string])[]
  readonly more?: readonly HistoryEvent[]
  readonly exitAt?: number
}

const REPORTED: NonNullable<ReloadStory['lines']> = [
  [8100, 'error: shop.json was rejected: Unexpected end of JSON input'],
  [10_100, 'error: configuration: colour is a map, expected a text'],
  [12_100, 'ENOENT: no such file or directory'],
]

/** Takes a good change after 100 ms, keeps the value over the bad ones and reports them, unless the story says otherwise. */
export function reloadLifetime(story: ReloadStory = {}): Lifetime {
  const { lines = REPORTED, exitAt = RELOADED_AT, more = [], fails = () => false } = story
  const shows = story.shows ?? ((at: number) => (at >= 2100 && at < 14_100 ? 'green' : 'blue'))
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: RELOAD_BEGAN, data: {} },
    { kind: 'mark', at: RELOADED_AT, name: RELOAD_ENDED, data: {} },
    ...RELOAD_STEPS.map((step): HistoryEvent => {
      const expects = step === 'good-again' ? 'blue' : 'green'
      return { kind: 'mark', at: STEP_AT[step], name: FILE_CHANGED, data: { step, expects } }
    }),
    ...lines.map(([at, line]): HistoryEvent => ({ kind: 'output', at, stream: 'stderr', line })),
    ...more,
  ]
  for (let at = 1000; at < exitAt; at += 100) {
    const observed = { load: 'observe', path: '/colour', body: `the colour is ${shows(at)}` }
    events.push(
      makeRequest({ id: at, at: at + 10, startedAt: at, ...observed }),
      makeRequest({ id: at + 1, at: at + 12, startedAt: at + 2, status: fails(at) ? 500 : 200 }),
    )
  }
  if (exitAt < RELOADED_AT) events.push({ kind: 'exited', at: exitAt, code: 1, signal: null })
  return makeLifetime(events, { voyage: 'reload' })
}
