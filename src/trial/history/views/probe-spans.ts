import type { Facts } from '../../facts.ts'
import type { SpanEvent } from '../telemetry-events.ts'

/** The paths that probes ask for: spans, lines and requests with them are no business of users. */
export function probePathsOf({ probes }: Facts): string[] {
  return Object.values(probes).map(({ path }) => path)
}

/** Where semantic conventions, new and old, say which path was asked for. */
const PATH_ATTRIBUTES = ['url.path', 'http.route', 'http.target', 'url.full', 'http.url'] as const

/** Whether a span of the server is that of a probe. */
export function isProbeSpan({ name, attributes }: SpanEvent, probePaths: readonly string[]): boolean {
  const paths = PATH_ATTRIBUTES.map((attribute) => attributes[attribute])
  return probePaths.some(
    (probePath) =>
      paths.some((path) => typeof path === 'string' && pathOf(path) === probePath) || name.endsWith(` ${probePath}`),
  )
}

/** Whether a span says which path was asked for. */
export function hasPath({ attributes }: SpanEvent): boolean {
  return PATH_ATTRIBUTES.some((attribute) => typeof attributes[attribute] === 'string')
}

function pathOf(target: string): string {
  return target.replace(/^[a-z]+:\/\/[^/]*/, '').split('?', 1)[0] ?? ''
}
