import type { RequestEvent } from '../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../src/trial/history/event.ts'
import type { PodEvent } from '../../src/trial/history/fleet-events.ts'
import type { Lifetime } from '../../src/trial/history/lifetime.ts'
import {
  ROLLOUT_BEGAN,
  ROLLOUT_ENDED,
  ROLLOUT_LOAD_BEGAN,
  ROLLOUT_LOAD_ENDED,
} from '../../src/trial/history/marks/rollout.ts'
import { LAG_OVER } from '../../src/trial/history/marks/safe-lag.ts'
import { makeLifetime, makeRequest } from './samples.ts'

/** When each old pod is deleted; it is signalled at once, clients hear of it 500 ms later, and it ends after 1500 ms. */
export const DELETED_AT = [3000, 5000, 7000]
export const DRAIN_MS = 1500
const LAG_MS = 500
const ENDED_AT = 9000

export interface SampleRollout {
  readonly requests?: readonly RequestEvent[]
  readonly replacedCount?: number
  readonly isSettled?: boolean
  readonly droppedCount?: number
  /** Without it, the replicas never came up. */
  readonly hasLoad?: boolean
  readonly settings?: Lifetime['settings']
}

/** A rollout of three replicas, between whose deletions requests were answered, 100 ms apart, by the first that lives. */
export function makeRollout(sample: SampleRollout = {}): Lifetime {
  const { requests = [], replacedCount = 3, isSettled = true, droppedCount = 0, hasLoad = true, settings = {} } = sample
  const pods = DELETED_AT.flatMap((deletedAt, index): HistoryEvent[] => [
    ...made(`old-${index + 1}`, 'old', 0, 800),
    ...(index < replacedCount
      ? [...made(`new-${index + 1}`, 'new', deletedAt - 900, deletedAt - 10), ...stopped(`old-${index + 1}`, deletedAt)]
      : []),
  ])
  const answered = Array.from({ length: 60 }, (_, index) =>
    makeRequest({ id: index, at: 2010 + index * 100, pod: podAt(2000 + index * 100), connection: index }),
  )
  return makeLifetime(
    [
      ...pods,
      ...(hasLoad
        ? [
            mark(2000, ROLLOUT_LOAD_BEGAN),
            mark(2500, ROLLOUT_BEGAN),
            mark(ENDED_AT, ROLLOUT_ENDED, { isComplete: isSettled, isSettled }),
            mark(ENDED_AT + 1000, ROLLOUT_LOAD_ENDED, { droppedCount }),
            ...answered,
            ...requests,
          ]
        : []),
    ],
    {
      voyage: 'rollout',
      label: 'rollout',
      settings: { replicas: 3, endpointLagMs: LAG_MS, wireDelayMs: 25, ...settings },
    },
  )
}

export interface SampleLagStep {
  readonly lagMs: number
  readonly id?: number
  /** When requests were lost, from the deletion at 2000 on; over a kept connection unless said otherwise. */
  readonly lostAfterMs?: readonly number[]
  readonly areNew?: boolean
  readonly wasKilled?: boolean
  readonly isReady?: boolean
}

/** One stop of a single replica with so much endpoint lag. */
export function makeLagStep(step: SampleLagStep): Lifetime {
  const { lagMs, id = 1, lostAfterMs = [], areNew = true, wasKilled = false, isReady = true } = step
  const [created, ready] = made('old-1', 'old', 0, 800)
  return makeLifetime(
    [
      ...(isReady && created !== undefined && ready !== undefined
        ? [created, ready]
        : created === undefined
          ? []
          : [created]),
      ...(isReady ? stopped('old-1', 2000, { wasKilled }) : []),
      ...(isReady ? [mark(2000 + lagMs, LAG_OVER)] : []),
      makeRequest({ id: 1, at: 2300, pod: 'old-1' }),
      ...lostAfterMs.map((ms, index) =>
        makeRequest({
          id: 10 + index,
          connection: 10 + index,
          startedAt: 2000 + ms,
          at: 2000 + ms + 50,
          pod: 'old-1',
          load: areNew ? 'new' : 'keep-alive',
          reuse: areNew ? 0 : 4,
          outcome: areNew ? 'refused' : 'reset-reused',
        }),
      ),
    ],
    { id, voyage: 'safe-lag', label: `lag ${lagMs} ms`, settings: { endpointLagMs: lagMs, wireDelayMs: 25 } },
  )
}

export function mark(
  at: number,
  name: string,
  data: Readonly<Record<string, string | number | boolean>> = {},
): HistoryEvent {
  return { kind: 'mark', at, name, data }
}

function made(pod: string, revision: PodEvent['revision'], createdAt: number, readyAt: number): HistoryEvent[] {
  return [
    { kind: 'pod', at: createdAt, pod, revision, what: 'created' },
    { kind: 'pod', at: readyAt, pod, revision, what: 'ready' },
  ]
}

function stopped(pod: string, at: number, { wasKilled = false } = {}): HistoryEvent[] {
  const what = (offset: number, name: PodEvent['what']): HistoryEvent => {
    return { kind: 'pod', at: at + offset, pod, revision: 'old', what: name }
  }
  return [
    what(0, 'deleted'),
    what(0, 'signalled'),
    { kind: 'signal', at, signal: 'SIGTERM', why: 'trial', pod },
    { kind: 'endpoints', at: at + LAG_MS, ready: [], fallback: [pod] },
    ...(wasKilled ? [what(DRAIN_MS - 10, 'killed')] : []),
    { kind: 'exited', at: at + DRAIN_MS, code: 0, signal: null, pod },
    what(DRAIN_MS + 5, 'gone'),
  ]
}

function podAt(at: number): string {
  const index = DELETED_AT.findIndex((deletedAt) => at < deletedAt + LAG_MS)
  return index === -1 ? 'new-1' : `old-${index + 1}`
}
