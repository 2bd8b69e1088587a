import type { MetricNames } from '../env/prometheus-env.ts'
import { parseQualityList, type QualityItem } from './quality-list.ts'

/** How a page is written. */
export interface PageFormat {
  /** OpenMetrics, which has exemplars, units and an end; else the text format of Prometheus. */
  readonly isOpenMetrics: boolean
  /** Whether names stay as they are in OpenTelemetry, with their dots, in quotes. */
  readonly keepsNames: boolean
  readonly contentType: string
}

/** What a client gets that says nothing, as the specification asks. */
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * The format that the client wants most. Who wants none of them gets the text format: a page that a person or a script
 * can read says more than a 406.
 *
 * The names depend on `names`, which says what may be: with `underscores` every scraper gets the same names, however new
 * it is, so that an update of Prometheus (from version 3 on it asks for UTF-8 by itself) renames no series.
 *
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function chooseFormat(accept: string | undefined, names: MetricNames): PageFormat {
  for (const item of parseQualityList(accept ?? '')) {
    const type = item.quality > 0 ? contentTypeOf(item) : undefined
    if (type === undefined) continue
    const escaping = item.parameters.get('escaping')
    // Versions before 1.0.0 have no place for quoted names, and none for the parameter either.
    const mayEscape = escaping !== undefined && type.includes('version=1.')
    const keepsNames = mayEscape && names === 'utf-8' && UTF_8.has(escaping.toLowerCase())
    const suffix = mayEscape ? `; escaping=${keepsNames ? 'allow-utf-8' : 'underscores'}` : ''
    return { isOpenMetrics: type.startsWith('application/'), keepsNames, contentType: type + suffix }
  }
  return { isOpenMetrics: false, keepsNames: false, contentType: TEXT }
}

/** The specification has both spellings. */
const UTF_8: ReadonlySet<string> = new Set(['allow-utf-8', 'allow-utf8'])

function contentTypeOf({ value, parameters }: QualityItem): string | undefined {
  const version = parameters.get('version')
  switch (value) {
    case 'application/openmetrics-text':
      if (version !== undefined && version !== '1.0.0' && version !== '0.0.1') return undefined
      return `application/openmetrics-text; version=${version ?? '1.0.0'}; charset=utf-8`
    case 'text/plain':
      if (version === '1.0.0') return 'text/plain; version=1.0.0; charset=utf-8'
      return version === undefined || version === '0.0.4' ? TEXT : undefined
    case 'text/*':
    case '*/*':
      return TEXT
    default:
      return undefined
  }
}
