import { diag } from '@opentelemetry/api'
import { type Metric, TEMPORALITY } from '../../otlp/model.ts'
import type { MeterIdentity } from '../metrics/stream-plan.ts'
import { type FamilyName, type FamilyType, toFamilyName } from './family-name.ts'
import { LabelTexts } from './label-texts.ts'
import { NameClaims } from './name-claims.ts'
import { toScopeLabels } from './scope-labels.ts'

/** What is written with one way of naming, and kept from one page to the next. */
export class Naming {
  readonly labels: LabelTexts
  readonly #keepsNames: boolean
  readonly #claims = new NameClaims()
  readonly #names = new Map<string, FamilyName>()
  readonly #scopes = new WeakMap<MeterIdentity, string>()
  readonly #said = new Set<string>()

  constructor(keepsNames: boolean) {
    this.#keepsNames = keepsNames
    this.labels = new LabelTexts(keepsNames)
    // Of the resource; no metric may take its place.
    this.#claims.claim('the resource', ['target', 'target_info'])
  }

  /** The name of a metric on the page; `undefined` when another one has it, which is said. */
  familyOf(metric: Metric, type: FamilyType): FamilyName | undefined {
    const family = this.#nameOf(metric, type)
    const taken = this.#claims.claim(`${type} ${family.name}`, namesOf(type, family.name))
    if (taken === undefined) return family
    this.sayTaken(metric.name, taken)
    return undefined
  }

  /** The labels that tell the samples of a meter from those of others. */
  scopeOf(meter: MeterIdentity): string {
    let text = this.#scopes.get(meter)
    if (text === undefined) {
      text = toScopeLabels(meter)
      this.#scopes.set(meter, text)
    }
    return text
  }

  sayTaken(metric: string, taken: string): void {
    this.sayOnce(
      `The metric "${metric}" is not at /metrics: another one has the name "${taken}" there. ` +
        'Rename one of them, by a view if the code is not yours.',
    )
  }

  /** A warning that says something new. */
  sayOnce(text: string): void {
    if (this.#said.has(text)) return
    if (this.#said.size >= MAX_KNOWN) this.#said.clear()
    this.#said.add(text)
    diag.warn(text)
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

/** Translated names that are kept, and things that are said once. */
const MAX_KNOWN = 10_000

/** `undefined` for what has no place on a page. A reader that pulls is cumulative, so nothing of ours is left out. */
export function familyTypeOf({ data }: Metric): FamilyType | undefined {
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
