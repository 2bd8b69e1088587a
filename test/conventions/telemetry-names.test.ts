import { expect, test } from 'vitest'
import type { Node } from 'oxc-parser'
import { OWN_EVENTS, OWN_METRICS } from '../../docs/telemetry-names.ts'
import { filesUnder, isThere, readText } from '../../scripts/repository-files.ts'
import { OWN_METRICS as OF_TELEMETRY } from '../../src/telemetry/pipeline/own-metrics.ts'
import { parseSource, walk } from './parsed-source.ts'

/** Texts of the sources that look like an event and are none. */
const NO_EVENTS: ReadonlySet<string> = new Set(['config.reload', 'database.url', 'log.level'])

const DOTTED = /^[a-z_]+(?:\.[a-z_]+)+$/
const INSTRUMENTS: Readonly<Record<string, string>> = {
  createCounter: 'counter',
  createUpDownCounter: 'up-down counter',
  createGauge: 'gauge',
  createObservableGauge: 'gauge',
}

interface Found {
  readonly events: ReadonlySet<string>
  /** Values of a property `event` that are no plain text: nobody could find them by their name. */
  readonly composed: readonly string[]
  readonly metrics: ReadonlyMap<string, { readonly instrument: string | undefined; readonly unit: string }>
}

const areas = new Set(Object.keys(OWN_EVENTS).map((name) => name.split('.')[0] ?? ''))

function find(): Found {
  const events = new Set<string>()
  const composed: string[] = []
  const metrics = new Map<string, { readonly instrument: string | undefined; readonly unit: string }>()
  for (const path of filesUnder('src').filter((each) => each.endsWith('.ts'))) {
    walk(parseSource(path, readText(path)).program, (node) => {
      if (node.type === 'Literal' && typeof node.value === 'string' && isEvent(node.value)) events.add(node.value)
      if (node.type === 'Property' && isNamed(node.key, 'event') && node.value.type === 'TemplateLiteral') {
        composed.push(path)
      }
      const metric = metricOf(node)
      if (metric !== undefined) metrics.set(metric.name, metric)
    })
  }
  for (const { name, unit } of Object.values(OF_TELEMETRY)) metrics.set(name, { instrument: undefined, unit })
  return { events, composed, metrics }
}

function isEvent(text: string): boolean {
  return DOTTED.test(text) && areas.has(text.split('.')[0] ?? '') && !NO_EVENTS.has(text)
}

function metricOf(
  node: Node,
): { readonly name: string; readonly instrument: string; readonly unit: string } | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  const { property } = node.callee
  const instrument = property.type === 'Identifier' ? INSTRUMENTS[property.name] : undefined
  const [name, options] = node.arguments
  if (instrument === undefined || name?.type !== 'Literal' || typeof name.value !== 'string') return undefined
  if (!name.value.startsWith('seaworthy.')) return undefined
  const properties = options?.type === 'ObjectExpression' ? options.properties : []
  const unit = properties.find((each) => each.type === 'Property' && isNamed(each.key, 'unit'))
  const value = unit?.type === 'Property' && unit.value.type === 'Literal' ? unit.value.value : ''
  return { name: name.value, instrument, unit: String(value) }
}

function isNamed(key: Node, name: string): boolean {
  return key.type === 'Identifier' && key.name === name
}

const found = find()

type Row = readonly (string | undefined)[]
const byName = ([a = '']: Row, [b = '']: Row): number => (a < b ? -1 : 1)

test('the reference has every event that a line of the log can have, and no other', () => {
  expect([...found.events].toSorted()).toEqual(Object.keys(OWN_EVENTS).toSorted())
})

test('an event stands whole in the sources, so that whoever has a line finds the place', () => {
  expect(found.composed).toEqual([])
})

test('the reference has every metric of our own with its instrument and unit, and no other', () => {
  // Of some the instrument is chosen where the source can't show it: their name and unit are compared.
  const documented = Object.entries(OWN_METRICS).map(([name, { instrument, unit }]) => {
    return [name, found.metrics.get(name)?.instrument === undefined ? undefined : instrument, unit]
  })
  const measured = [...found.metrics].map(([name, { instrument, unit }]) => [name, instrument, unit])
  expect(documented.toSorted(byName)).toEqual(measured.toSorted(byName))
})

test('each is on a page of the guide', () => {
  const untold = [...Object.entries(OWN_EVENTS), ...Object.entries(OWN_METRICS)].flatMap(([name, { guide }]) => {
    const path = `docs/guide/${guide}.md`
    return isThere(path) && readText(path).includes(name) ? [] : [`${name} is not in ${path}`]
  })
  expect(untold).toEqual([])
})
