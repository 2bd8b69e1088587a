import type { Lifetime } from '../history/lifetime.ts'
import type { TrialReport } from '../report.ts'
import { lanesOf, type Lane } from './lanes.ts'
import { readingsOf, type Readings } from './readings.ts'
import { packRequests, type RequestColumns } from './request-columns.ts'
import { packSpans, type SpanColumns } from './span-columns.ts'
import { Texts } from './texts.ts'

/** What the script of the page gets: all that it draws, and nothing else. Times are milliseconds of the lifetime. */
export interface PageData {
  /** Each text once; columns hold its number here. */
  readonly texts: readonly string[]
  readonly lifetimes: readonly LifetimeData[]
}

export interface LifetimeData {
  readonly id: number
  readonly voyage: string
  readonly label: string
  /** 2 when the voyage was repeated because of noise. */
  readonly attempt: number
  readonly startedAtUnixMs: number
  readonly endMs: number
  /** What the voyage set, as people read it. */
  readonly settings: readonly string[]
  readonly lanes: readonly Lane[]
  readonly requests: RequestColumns
  readonly spans: SpanColumns
  readonly readings: Readings
  /** What is not shown because there was too much of it, a sentence each. */
  readonly left: readonly string[]
}

/** Cuts a report down to what the page draws. */
export function pageData(report: Pick<TrialReport, 'sailed'>): PageData {
  const texts = new Texts()
  const lifetimes = report.sailed.flatMap(({ lifetimes: lived, attempt }) =>
    lived.map((lifetime) => lifetimeData(lifetime, attempt, texts)),
  )
  return { texts: texts.all(), lifetimes }
}

function lifetimeData(lifetime: Lifetime, attempt: number, texts: Texts): LifetimeData {
  const { id, voyage, label, startedAtUnixMs, settings } = lifetime
  const requests = packRequests(lifetime, texts)
  const spans = packSpans(lifetime, texts)
  return {
    id,
    voyage,
    label,
    attempt,
    startedAtUnixMs,
    endMs: endOf(lifetime),
    settings: Object.entries(settings)
      .filter(([name]) => !name.startsWith('canary.'))
      .map(([name, value]) => `${name} ${value}`),
    lanes: lanesOf(lifetime),
    requests: requests.columns,
    spans: spans.columns,
    readings: readingsOf(lifetime),
    left: [
      ...Object.entries(lifetime.droppedEvents).map(([kind, count]) => `${count} events of the kind ${kind}`),
      ...requests.left,
      ...spans.left,
    ],
  }
}

/** The last moment at which anything happened; spans and points of metrics arrive later than what they are about. */
function endOf({ events }: Lifetime): number {
  return Math.max(1, ...events.slice(-1).map(({ at }) => at))
}
