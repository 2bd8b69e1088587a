import type { ExponentialHistogramPoint, HistogramPoint, NumberPoint } from '../../otlp/model.ts'
import { exemplarsByBucket, latestExemplar, toExemplarText } from './exemplar-text.ts'
import { toExplicitBuckets } from './exponential-bounds.ts'
import type { Family, FamilyPart } from './families.ts'
import type { LabelTexts } from './label-texts.ts'
import { toBoundText, toNumberText } from './number-text.ts'
import type { PageFormat } from './page-format.ts'
import type { PageText } from './page-text.ts'
import { quoteName, SampleName } from './sample-name.ts'

const SUFFIX = {
  counter: '_total',
  gauge: '',
  histogram: '_bucket',
} as const

/** Writes one family. */
export class FamilyWriter {
  readonly #page: PageText
  readonly #family: Family
  readonly #format: PageFormat
  readonly #labels: LabelTexts
  readonly #main: SampleName
  readonly #sum: SampleName
  readonly #count: SampleName
  /** Boundaries are the same list for every series of a metric. */
  #bounds: readonly number[] = []
  #boundTexts: readonly string[] = []

  constructor(page: PageText, family: Family, format: PageFormat, labels: LabelTexts) {
    this.#page = page
    this.#family = family
    this.#format = format
    this.#labels = labels
    this.#main = new SampleName(family.name + SUFFIX[family.type])
    this.#sum = new SampleName(`${family.name}_sum`)
    this.#count = new SampleName(`${family.name}_count`)
  }

  head(): void {
    const { name, type, unit, help } = this.#family
    const { isOpenMetrics } = this.#format
    const shown = quoteName(type === 'counter' && !isOpenMetrics ? `${name}_total` : name)
    if (help !== '') this.#page.add(`# HELP ${shown} ${escapeHelp(help, isOpenMetrics)}\n`)
    this.#page.add(`# TYPE ${shown} ${type}\n`)
    if (isOpenMetrics && unit !== '') this.#page.add(`# UNIT ${shown} ${unit}\n`)
  }

  /** The labels of a point: they tell it from all others of the family. */
  labelsOf({ scope }: FamilyPart, point: FamilyPart['points'][number]): string {
    const own = this.#labels.of(point.attributes)
    if (own === '' || scope === '') return own + scope
    return `${own},${scope}`
  }

  point(labels: string, point: FamilyPart['points'][number]): void {
    if ('value' in point) this.#number(labels, point)
    else if ('scale' in point) {
      const { bounds, counts } = toExplicitBuckets(point)
      this.#histogram(labels, point, counts, bounds)
    } else this.#histogram(labels, point, point.bucketCounts, point.explicitBounds)
  }

  #number(labels: string, { value, exemplars }: NumberPoint): void {
    const mayCarry = this.#format.isOpenMetrics && this.#family.type === 'counter' && exemplars.length > 0
    const exemplar = mayCarry ? latestExemplar(exemplars) : undefined
    const tail = exemplar === undefined ? '\n' : `${toExemplarText(exemplar)}\n`
    this.#page.add(this.#main.with(labels) + toNumberText(value) + tail)
  }

  #histogram(
    labels: string,
    { count, sum, exemplars }: HistogramPoint | ExponentialHistogramPoint,
    counts: readonly number[],
    bounds: readonly number[],
  ): void {
    const texts = this.#textsOf(bounds)
    const found = this.#format.isOpenMetrics && exemplars.length > 0 ? exemplarsByBucket(exemplars, bounds) : undefined
    const before = labels === '' ? '' : `${labels},`
    let upTo = 0
    let text = ''
    for (let place = 0; place <= bounds.length; place++) {
      upTo += counts[place] ?? 0
      const exemplar = found?.get(place)
      const value = place === bounds.length ? count : upTo
      text += this.#main.with(`${before}le="${texts[place]}"`) + String(value)
      text += exemplar === undefined ? '\n' : `${toExemplarText(exemplar)}\n`
    }
    // Of what may be negative a sum could fall, and Prometheus would take that for a restart.
    if (sum !== undefined) text += `${this.#sum.with(labels)}${toNumberText(sum)}\n`
    this.#page.add(`${text}${this.#count.with(labels)}${count}\n`)
  }

  #textsOf(bounds: readonly number[]): readonly string[] {
    if (this.#boundTexts.length === 0 || this.#bounds !== bounds) {
      this.#bounds = bounds
      this.#boundTexts = [...bounds.map((bound) => toBoundText(bound, this.#format)), '+Inf']
    }
    return this.#boundTexts
  }
}

/** OpenMetrics escapes quotes as well. */
function escapeHelp(text: string, isOpenMetrics: boolean): string {
  const escaped = text.toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return isOpenMetrics ? escaped.replace(/"/g, '\\"') : escaped
}
