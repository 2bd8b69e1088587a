import { diag } from '@opentelemetry/api'
import type { ExponentialHistogramPoint, HistogramPoint, Metric, NumberPoint, ScopeGroup } from '../../otlp/model.ts'
import { TEMPORALITY } from '../../otlp/model.ts'
import type { TurnSlices } from '../metrics/turn-slices.ts'
import { type FamilyName, type FamilyType, toFamilyName } from './family-name.ts'
import { NameClaims } from './name-claims.ts'
import { toScopeLabels } from './scope-labels.ts'

/** What one meter has of a family. */
export interface FamilyPart {
  /** The labels of the meter's scope, written. */
  readonly scope: string
  readonly points: readonly (NumberPoint | HistogramPoint | ExponentialHistogramPoint)[]
}

/** Everything of one name, which must stand together on a page. */
export interface Family extends FamilyName {
  readonly type: FamilyType
  help: string
  readonly parts: FamilyPart[]
}

/** Translated names that are kept, and things that are said once. */
const MAX_KNOWN = 10_000

/** Gathers metrics by the names that they have on a page. */
export class Families {
  readonly #keepsNames: boolean
  readonly #claims = new NameClaims()
  readonly #names = new Map<string, FamilyName>()
  readonly #said = new Set<string>()

  constructor(keepsNames: boolean) {
    this.#keepsNames = keepsNames
    // Of the resource; no metric may take its place.
    this.#claims.claim('the resource', ['target', 'target_info'])
  }

  async gather(groups: readonly ScopeGroup<Metric>[], slices: TurnSlices): Promise<Iterable<Family>> {
    const families = new Map<string, Family>()
    for (const { scope, schemaUrl, items } of groups) {
      const labels = toScopeLabels(scope, schemaUrl, this.#keepsNames)
      for (const metric of items) {
        if (slices.isOver) await slices.next()
        this.#add(families, metric, labels)
      }
    }
    return families.values()
  }

  /** A warning that says something new. */
  sayOnce(text: string): void {
    if (this.#said.has(text)) return
    if (this.#said.size >= MAX_KNOWN) this.#said.clear()
    this.#said.add(text)
    diag.warn(text)
  }

  #add(families: Map<string, Family>, metric: Metric, scope: string): void {
    const { data } = metric
    const type = typeOf(metric)
    if (type === undefined || data.type === 'none' || data.type === 'summary') return
    const { name, unit } = this.#nameOf(metric, type)
    const known = families.get(name)
    const taken =
      known !== undefined && known.type !== type ? name : this.#claims.claim(`${type} ${name}`, namesOf(type, name))
    if (taken !== undefined) {
      return this.sayOnce(
        `The metric "${metric.name}" is not at /metrics: another one has the name "${taken}" there. ` +
          'Rename one of them, by a view if the code is not yours.',
      )
    }
    const part = { scope, points: data.points }
    if (known === undefined) {
      families.set(name, { name, unit, type, help: metric.description, parts: [part] })
      return
    }
    known.parts.push(part)
    if (known.help === '') known.help = metric.description
    else if (metric.description !== '' && metric.description !== known.help) {
      this.sayOnce(`At /metrics, "${name}" has the description of one meter; another meter describes it differently.`)
    }
  }

  #nameOf({ name, unit, data }: Metric, type: FamilyType): FamilyName {
    const key = `${type} ${data.type} ${unit} ${name}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const made = toFamilyName({ name, unit, type, isSum: data.type === 'sum' }, { keepsNames: this.#keepsNames })
    if (this.#names.size >= MAX_KNOWN) this.#names.clear()
    this.#names.set(key, made)
    return made
  }
}

/** `undefined` for what has no place on a page. A reader that pulls is cumulative, so nothing of ours is left out. */
function typeOf({ data }: Metric): FamilyType | undefined {
  switch (data.type) {
    case 'gauge':
      return 'gauge'
    case 'sum':
      if (data.aggregationTemporality !== TEMPORALITY.cumulative) return undefined
      return data.isMonotonic ? 'counter' : 'gauge'
    case 'histogram':
    case 'exponentialHistogram':
      return data.aggregationTemporality === TEMPORALITY.cumulative ? 'histogram' : undefined
    case 'summary':
    case 'none':
      return undefined
  }
}

/** Every name that a family has in one of the formats: a page must not depend on who asks for it. */
function namesOf(type: FamilyType, name: string): readonly string[] {
  switch (type) {
    case 'gauge':
      return [name]
    case 'counter':
      return [name, `${name}_total`]
    case 'histogram':
      return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
  }
}
