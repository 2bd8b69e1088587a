import { nearestName } from '../core/nearest-name.ts'
import { usage } from './parse-arguments.ts'

/** The probes of the admin server by what people call them: as the groups of checks are called, and as in Kubernetes. */
export const PROBES: Readonly<Record<string, string>> = {
  ready: '/readyz',
  live: '/livez',
  start: '/startupz',
  startup: '/startupz',
  health: '/healthz',
  readyz: '/readyz',
  livez: '/livez',
  startupz: '/startupz',
  healthz: '/healthz',
}

/** What {@link readProbe} takes, for the help. */
export const PROBE_FORM = 'ready, live, start, health, or a path such as /readyz'

/**
 * The path of the probe in the option `--probe`: a name, or any path, for a service whose probes are elsewhere.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE`
 */
export function readProbe(text: string): string {
  if (Object.hasOwn(PROBES, text)) return PROBES[text] as string
  // Printable and without "#": what stands behind it would not be sent.
  if (/^\/[!"$-~]*$/.test(text)) return text
  const nearest = nearestName(text, Object.keys(PROBES))
  throw usage(
    `--probe is "${text}", expected ${PROBE_FORM}`,
    nearest === undefined ? 'Write it like --probe live.' : `Did you mean "${nearest}"?`,
  )
}
