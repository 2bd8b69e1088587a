import type { ExponentialHistogramPoint, HistogramPoint, NumberPoint } from '../../otlp/model.ts'
import { exemplarsByBucket, latestExemplar, toExemplarText } from './exemplar-text.ts'
import { toExplicitBuckets } from './exponential-bounds.ts'
import type { FamilyName, FamilyType } from './family-name.ts'
import { toBoundText, toNumberText } from './number-text.ts'
import type { PageFormat } from './page-format.ts'
import { PageText } from './page-text.ts'
import { quoteName, SampleName } from './sample-name.ts'

const SUFFIX = { counter: '_total', gauge: '', histogram: '_bucket' } as const

export type FamilyPoint = NumberPoint | HistogramPoint | ExponentialHistogramPoint

/** Everything of one name: it must stand together on a page, whichever meters it comes from. */
export class Family {
  readonly name: string
  readonly type: FamilyType
  /** The first description that any meter has for it. */
  help = ''
  /** Samples, written. */
  readonly body = new PageText()
  /** Labels of the scopes that have written here: each may do so once. */
  readonly scopes = new Set<string>()
  /** It was too large for the page. */
  isLeftOut = false
  readonly #unit: string
  readonly #format: PageFormat
  readonly #main: SampleName
  readonly #sum: SampleName
  readonly #count: SampleName
  /** Boundaries are the same list for every series of a metric. */
  #bounds: readonly number[] | undefined
  #boundTexts: readonly string[] = []

  constructor({ name, unit }: FamilyName, type: FamilyType, format: PageFormat) {
    this.name = name
    this.type = type
    this.#unit = unit
    this.#format = format
    this.#main = new SampleName(name + SUFFIX[type])
    this.#sum = new SampleName(`${name}_sum`)
    this.#count = new SampleName(`${name}_count`)
  }

  /** What stands before the samples. */
  head(): string {
    const { isOpenMetrics } = this.#format
    const shown = quoteName(this.type === 'counter' && !isOpenMetrics ? `${this.name}_total` : this.name)
    const help = this.help === '' ? '' : `# HELP ${shown} ${escapeHelp(this.help, isOpenMetrics)}\n`
    const unit = isOpenMetrics && this.#unit !== '' ? `# UNIT ${shown} ${this.#unit}\n` : ''
    return `${help}# TYPE ${shown} ${this.type}\n${unit}`
  }

  /** @param labels with the scope's, written */
  add(labels: string, point: FamilyPoint): void {
    if ('value' in point) this.#addNumber(labels, point)
    else if ('scale' in point) {
      const { bounds, counts } = toExplicitBuckets(point)
      this.#addHistogram(labels, point, counts, bounds)
    } else this.#addHistogram(labels, point, point.bucketCounts, point.explicitBounds)
  }

  #addNumber(labels: string, { value, exemplars }: NumberPoint): void {
    const mayCarry = this.#format.isOpenMetrics && this.type === 'counter' && exemplars.length > 0
    const exemplar = mayCarry ? latestExemplar(exemplars) : undefined
    const tail = exemplar === undefined ? '\n' : `${toExemplarText(exemplar)}\n`
    this.body.add(this.#main.with(labels) + toNumberText(value) + tail)
  }

  #addHistogram(
    labels: string,
    { count, sum, exemplars }: HistogramPoint | ExponentialHistogramPoint,
    counts: readonly number[],
    bounds: readonly number[],
  ): void {
    const ends = this.#endsOf(bounds)
    const found = this.#format.isOpenMetrics && exemplars.length > 0 ? exemplarsByBucket(exemplars, bounds) : undefined
    const before = this.#main.openWith(labels)
    let upTo = 0
    let text = ''
    for (let place = 0; place < bounds.length; place++) {
      upTo += counts[place] as number
      text += before + (ends[place] as string) + upTo
      text += found === undefined ? '\n' : endOf(found.get(place))
    }
    text += before + (ends[bounds.length] as string) + count + endOf(found?.get(bounds.length))
    // Of what may be negative a sum could fall, and Prometheus would take that for a restart.
    if (sum !== undefined) text += `${this.#sum.with(labels)}${toNumberText(sum)}\n`
    this.body.add(`${text}${this.#count.with(labels)}${count}\n`)
  }

  /** The last label of each bucket, and what is between it and the value. */
  #endsOf(bounds: readonly number[]): readonly string[] {
    if (this.#bounds !== bounds) {
      this.#bounds = bounds
      const texts = [...bounds.map((bound) => toBoundText(bound, this.#format)), '+Inf']
      this.#boundTexts = texts.map((text) => `le="${text}"} `)
    }
    return this.#boundTexts
  }
}

function endOf(exemplar: Parameters<typeof toExemplarText>[0] | undefined): string {
  return exemplar === undefined ? '\n' : `${toExemplarText(exemplar)}\n`
}

/** OpenMetrics escapes quotes as well. */
function escapeHelp(text: string, isOpenMetrics: boolean): string {
  const escaped = text.toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return isOpenMetrics ? escaped.replace(/"/g, '\\"') : escaped
}
