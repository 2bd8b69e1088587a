import type { HistoryEvent } from '../history/event.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { safeLine } from '../output/safe-text.ts'
import { plural } from '../output/words.ts'
import { roundMs } from './texts.ts'

/** How something is drawn: colour and shape. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain'

/** From, to (`null`: a moment), tone, what it is in words. */
export type LaneItem = readonly [from: number, to: number | null, tone: Tone, says: string]

/** One line of the timeline. */
export interface Lane {
  readonly name: string
  readonly items: readonly LaneItem[]
}

/** Of one lane; what comes after is counted by its last item. */
const MAX_ITEMS = 1000
const MAX_LINE_LENGTH = 400

/** What happened around the requests, a lane for each thing that it happened to. Empty lanes are left out. */
export function lanesOf(lifetime: Lifetime): readonly Lane[] {
  const lanes = [
    ...processLanes(lifetime),
    ...listenerLanes(lifetime),
    ...probeLanes(lifetime),
    { name: 'endpoints', items: bars(lifetime, endpointsItem) },
    ...podLanes(lifetime),
    ...faultLanes(lifetime),
    { name: 'exports', items: points(lifetime, exportItem) },
    { name: 'signals', items: points(lifetime, signalItem) },
    { name: 'marks', items: points(lifetime, markItem) },
    { name: 'output', items: points(lifetime, outputItem) },
  ]
  return lanes.filter(({ items }) => items.length > 0).map(({ name, items }) => ({ name, items: bounded(items) }))
}

function processLanes(lifetime: Lifetime): readonly Lane[] {
  const endMs = lifetime.events.at(-1)?.at ?? 0
  return [...Map.groupBy(eventsOf(lifetime, 'spawned'), ({ pod }) => pod)].map(([pod, spawned]) => {
    const exits = eventsOf(lifetime, 'exited').filter((event) => event.pod === pod)
    const others = points(lifetime, (event) => {
      if (event.kind === 'process-seen' && event.pod === pod)
        return ['plain', `child ${event.pid}: ${safeLine(event.command)}`]
      if (event.kind === 'left-behind' && event.pod === pod)
        return ['bad', `left behind: ${event.pid} ${safeLine(event.command)}`]
      return undefined
    })
    const lives = spawned.map((event, index): LaneItem => {
      const exit = exits.find(({ at }) => at >= event.at && at < (spawned[index + 1]?.at ?? Infinity))
      const says = exit === undefined ? 'still there at the end' : `ended with ${exit.signal ?? exit.code ?? 'nothing'}`
      const tone = exit === undefined || exit.signal === 'SIGKILL' ? 'warn' : 'plain'
      return [roundMs(event.at), roundMs(exit?.at ?? endMs), tone, `process ${event.pid}, ${says}`]
    })
    return { name: named('process', pod), items: [...lives, ...others] }
  })
}

function listenerLanes(lifetime: Lifetime): readonly Lane[] {
  const endMs = lifetime.events.at(-1)?.at ?? 0
  const groups = Map.groupBy(eventsOf(lifetime, 'listening'), ({ pod }) => pod)
  return [...groups].map(([pod, events]) => ({
    name: named('listener', pod),
    items: events
      .filter(({ what }) => what === 'opened')
      .map((opened): LaneItem => {
        const closed = events.find(({ what, port, at }) => what === 'closed' && port === opened.port && at > opened.at)
        const where = `${safeLine(opened.host)}:${opened.port}`
        return [roundMs(opened.at), roundMs(closed?.at ?? endMs), 'good', `listens on ${where}`]
      }),
  }))
}

/** Answers of the same kind that follow each other are one bar. */
function probeLanes(lifetime: Lifetime): readonly Lane[] {
  const groups = Map.groupBy(eventsOf(lifetime, 'probe'), ({ probe, pod }) => named(`probe ${probe}`, pod))
  return [...groups].map(([name, probes]) => {
    const items: [number, number, Tone, string][] = []
    let previous: string | undefined
    for (const { at, startedAt, isSuccess, status } of probes) {
      const says = `${isSuccess ? 'success' : 'failure'}: ${status ?? 'no answer'}`
      const last = items.at(-1)
      if (last !== undefined && previous === says) last[1] = roundMs(at)
      else items.push([roundMs(startedAt), roundMs(at), isSuccess ? 'good' : 'bad', says])
      previous = says
    }
    return { name, items }
  })
}

function podLanes(lifetime: Lifetime): readonly Lane[] {
  const groups = Map.groupBy(eventsOf(lifetime, 'pod'), ({ pod }) => pod)
  return [...groups].map(([pod, events]) => ({
    name: `pod ${pod}`,
    items: events
      .map(({ at, what, revision }, index): LaneItem => {
        const until = events[index + 1]?.at ?? null
        return [roundMs(at), until === null ? null : roundMs(until), podTone(what), `${what} (${revision})`]
      })
      .filter(([, to], index) => to !== null || index === events.length - 1),
  }))
}

function podTone(what: string): Tone {
  if (what === 'ready') return 'good'
  if (what === 'killed' || what === 'restarted') return 'bad'
  return what === 'created' || what === 'gone' ? 'plain' : 'warn'
}

function faultLanes(lifetime: Lifetime): readonly Lane[] {
  const groups = Map.groupBy(eventsOf(lifetime, 'fault'), ({ target }) => target)
  return [...groups].map(([target, events]) => ({
    name: target === 'collector' ? 'collector' : `needs ${target}`,
    items: bars({ ...lifetime, events: [...events, ...lifetime.events.slice(-1)] }, (event) =>
      event.kind === 'fault'
        ? [
            event.fault === 'none' ? 'good' : 'bad',
            `${event.fault === 'none' ? 'works' : event.fault}${event.detail === undefined ? '' : ` ${event.detail}`}`,
          ]
        : undefined,
    ),
  }))
}

type Said = readonly [Tone, string] | undefined

function endpointsItem(event: HistoryEvent): Said {
  if (event.kind !== 'endpoints') return undefined
  const { ready, fallback } = event
  if (ready.length > 0) return ['good', `ready: ${ready.join(', ')}`]
  return fallback.length > 0 ? ['warn', `terminating: ${fallback.join(', ')}`] : ['bad', 'no endpoint']
}

function exportItem(event: HistoryEvent): Said {
  if (event.kind !== 'export') return undefined
  const { signal, itemCount, fault } = event
  return fault === undefined
    ? ['good', `${plural(itemCount, 'item')} of ${signal} arrived`]
    : ['bad', `${signal} met the fault ${fault}`]
}

function signalItem(event: HistoryEvent): Said {
  if (event.kind !== 'signal') return undefined
  return [event.signal === 'SIGKILL' ? 'bad' : 'warn', `${named(event.signal, event.pod)}, ${event.why}`]
}

function markItem(event: HistoryEvent): Said {
  if (event.kind !== 'mark') return undefined
  const data = Object.entries(event.data).map(([name, value]) => `${name} ${value}`)
  return ['plain', [event.name, ...data].join(', ')]
}

function outputItem(event: HistoryEvent): Said {
  if (event.kind !== 'output') return undefined
  return [
    event.stream === 'stderr' ? 'warn' : 'plain',
    `${event.stream}: ${safeLine(event.line).slice(0, MAX_LINE_LENGTH)}`,
  ]
}

function points({ events }: Pick<Lifetime, 'events'>, say: (event: HistoryEvent) => Said): readonly LaneItem[] {
  return events.flatMap((event) => {
    const said = say(event)
    return said === undefined ? [] : [[roundMs(event.at), null, said[0], safeLine(said[1])] as const]
  })
}

/** Each lasts until the next. */
function bars(lifetime: Pick<Lifetime, 'events'>, say: (event: HistoryEvent) => Said): readonly LaneItem[] {
  const items = points(lifetime, say)
  const endMs = roundMs(lifetime.events.at(-1)?.at ?? 0)
  return items.map(([from, , tone, says], index) => [from, Math.max(from, items[index + 1]?.[0] ?? endMs), tone, says])
}

function named(what: string, pod: string | undefined): string {
  return pod === undefined ? what : `${what} ${pod}`
}

function bounded(items: readonly LaneItem[]): readonly LaneItem[] {
  const more = items.slice(MAX_ITEMS)
  const [first] = more
  if (first === undefined) return items
  return [...items.slice(0, MAX_ITEMS), [first[0], more.at(-1)?.[0] ?? null, 'plain', `${more.length} more, not shown`]]
}
