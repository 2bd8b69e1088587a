import type { Attributes, Metric } from '../../otlp/model.ts'
import type { CollectedMetric } from '../metrics/collected-metric.ts'
import type { MeterIdentity } from '../metrics/stream-plan.ts'
import type { TurnSlices } from '../metrics/turn-slices.ts'
import { Family, type FamilyPoint } from './family.ts'
import { familyTypeOf, type Naming } from './naming.ts'
import type { PageFormat } from './page-format.ts'
import { PageText } from './page-text.ts'

/** Histograms of 16 buckets take some 100 µs: what a slice may go beyond its time. */
const POINTS_AT_A_TIME = 8

export interface PageWriterOptions {
  readonly format: PageFormat
  readonly naming: Naming
  readonly resource: Attributes
  /** Families that do not fit are left out, each as a whole. */
  readonly maxBytes: number
}

/**
 * Writes a page while metrics are collected, each as it comes: a collection of everything would be millions of small
 * objects that live as long as the page is written, and the pauses of the garbage collector with them.
 */
export class PageWriter {
  readonly #options: PageWriterOptions
  readonly #families = new Map<string, Family>()
  #byteCount = 0

  constructor(options: PageWriterOptions) {
    this.#options = options
  }

  /** Never rejects: what cannot be written is left out, and the others stay. */
  async take(meter: MeterIdentity, metric: CollectedMetric, slices: TurnSlices): Promise<void> {
    const { naming } = this.#options
    let family: Family | undefined
    let before = 0
    try {
      const scope = naming.scopeOf(meter)
      family = this.#familyOf(metric.head, scope)
      if (family === undefined || family.isLeftOut) return
      before = family.body.byteCount
      await this.#write(family, scope, metric, slices)
    } catch (error) {
      if (family !== undefined) this.#leaveOut(family, before)
      naming.sayOnce(`The metric "${metric.head.name}" is not at /metrics: ${String(error)}`)
    }
  }

  /** The page, in pieces. */
  async finish(slices: TurnSlices): Promise<readonly Uint8Array[]> {
    const { format, naming, resource } = this.#options
    const page = new PageText()
    page.add(resourceText(naming.labels.of(resource), format))
    for (const family of this.#families.values()) {
      if (slices.isOver) await slices.next()
      if (family.isLeftOut) continue
      page.add(family.head())
      page.addAll(family.body)
    }
    if (format.isOpenMetrics) page.add('# EOF\n')
    return page.finish()
  }

  #familyOf(metric: Metric, scope: string): Family | undefined {
    const { format, naming } = this.#options
    const type = familyTypeOf(metric)
    if (type === undefined) return undefined
    const name = naming.familyOf(metric, type)
    if (name === undefined) return undefined
    let family = this.#families.get(name.name)
    if (family === undefined) {
      family = new Family(name, type, format)
      this.#families.set(name.name, family)
    } else if (family.scopes.has(scope)) {
      naming.sayTaken(metric.name, name.name)
      return undefined
    }
    family.scopes.add(scope)
    this.#describe(family, metric.description)
    return family
  }

  #describe(family: Family, description: string): void {
    if (description === '' || description === family.help) return
    if (family.help === '') family.help = description
    else {
      this.#options.naming.sayOnce(
        `At /metrics, "${family.name}" has the description of one meter; another meter describes it differently.`,
      )
    }
  }

  async #write(family: Family, scope: string, metric: CollectedMetric, slices: TurnSlices): Promise<void> {
    const { maxBytes } = this.#options
    const { body } = family
    const before = body.byteCount
    const written = new Set<string>()
    for (let start = 0; start < metric.count; start += POINTS_AT_A_TIME) {
      if (slices.isOver) await slices.next()
      const { data } = metric.slice(start, Math.min(start + POINTS_AT_A_TIME, metric.count))
      if (data.type === 'none' || data.type === 'summary') return
      this.#writePoints(family, scope, data.points, written)
      if (this.#byteCount + body.byteCount - before > maxBytes) return this.#outgrow(family, before)
    }
    this.#byteCount += body.byteCount - before
  }

  #writePoints(family: Family, scope: string, points: readonly FamilyPoint[], written: Set<string>): void {
    const { naming } = this.#options
    for (const point of points) {
      const labels = naming.labels.of(point.attributes)
      // One such pair would make Prometheus refuse or mix up the whole scrape.
      if (written.has(labels)) naming.sayOnce(describeTwins(family.name))
      else family.add(joinLabels(labels, scope), point)
      written.add(labels)
    }
  }

  #leaveOut(family: Family, before: number): void {
    family.isLeftOut = true
    family.body.clear()
    this.#byteCount -= before
  }

  #outgrow(family: Family, before: number): void {
    const { naming, maxBytes } = this.#options
    this.#leaveOut(family, before)
    naming.sayOnce(
      `/metrics has grown beyond ${maxBytes} bytes, and some metrics are not there, "${family.name}" among them. ` +
        'Leave out attributes by views.',
    )
  }
}

function joinLabels(own: string, scope: string): string {
  return own === '' || scope === '' ? own + scope : `${own},${scope}`
}

/** @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1 */
function resourceText(labels: string, { isOpenMetrics }: PageFormat): string {
  if (labels === '') return ''
  const [name, type] = isOpenMetrics ? ['target', 'info'] : ['target_info', 'gauge']
  return `# HELP ${name} Target metadata\n# TYPE ${name} ${type}\ntarget_info{${labels}} 1\n`
}

function describeTwins(name: string): string {
  return (
    `At /metrics, series of "${name}" have the same labels although their attributes differ, by a type or by a character ` +
    'that a label can’t have; only the first is there. Rename the attribute.'
  )
}
