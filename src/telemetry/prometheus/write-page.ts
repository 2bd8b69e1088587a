import type { Attributes, Metric, ScopeGroup } from '../../otlp/model.ts'
import type { TurnSlices } from '../metrics/turn-slices.ts'
import { FamilyWriter } from './family-writer.ts'
import type { Families, Family } from './families.ts'
import type { LabelTexts } from './label-texts.ts'
import type { PageFormat } from './page-format.ts'
import { PageText } from './page-text.ts'

export interface PageInput {
  readonly groups: readonly ScopeGroup<Metric>[]
  readonly resource: Attributes
  readonly format: PageFormat
  readonly families: Families
  readonly labels: LabelTexts
  readonly slices: TurnSlices
  /** Families that do not fit are left out, each as a whole. */
  readonly maxBytes: number
}

/** Writes everything that was collected, in slices of the event loop. */
export async function writePage(input: PageInput): Promise<readonly Uint8Array[]> {
  const { groups, resource, format, families, labels, slices, maxBytes } = input
  const page = new PageText()
  writeResource(page, labels.of(resource), format)
  for (const family of await families.gather(groups, slices)) {
    const mark = page.mark()
    const fits = await writeFamily(page, family, input)
    if (fits) continue
    page.rewind(mark)
    families.sayOnce(
      `/metrics has grown beyond ${maxBytes} bytes, and some metrics are not there, "${family.name}" among them. ` +
        'Leave out attributes by views.',
    )
  }
  if (format.isOpenMetrics) page.add('# EOF\n')
  return page.finish()
}

async function writeFamily(page: PageText, family: Family, input: PageInput): Promise<boolean> {
  const { format, labels, families, slices, maxBytes } = input
  const writer = new FamilyWriter(page, family, format, labels)
  const written = new Set<string>()
  writer.head()
  for (const part of family.parts) {
    for (const point of part.points) {
      if (slices.isOver) await slices.next()
      const text = writer.labelsOf(part, point)
      // One such pair would make Prometheus refuse or mix up the whole scrape.
      if (written.has(text)) families.sayOnce(describeTwins(family.name))
      else writer.point(text, point)
      written.add(text)
      if (page.byteCount > maxBytes) return false
    }
  }
  return true
}

/** @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1 */
function writeResource(page: PageText, labels: string, { isOpenMetrics }: PageFormat): void {
  if (labels === '') return
  const [name, type] = isOpenMetrics ? ['target', 'info'] : ['target_info', 'gauge']
  page.add(`# HELP ${name} Target metadata\n# TYPE ${name} ${type}\ntarget_info{${labels}} 1\n`)
}

function describeTwins(name: string): string {
  return (
    `At /metrics, series of "${name}" have the same labels although their attributes differ, by a type or by a character ` +
    'that a label can’t have; only the first is there. Rename the attribute.'
  )
}
