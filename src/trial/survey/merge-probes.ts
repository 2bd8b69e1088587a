import type { Declared } from '../declared/declared.ts'
import type { Facts, ProbeFact } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { FoundProbe } from './find-probes.ts'
import { PROBE_DEFAULTS } from './provisional-facts.ts'

const NAMES: readonly ProbeName[] = ['ready', 'live', 'startup']

/**
 * The probes: where they were declared or found, with the numbers of the manifest or of Kubernetes.
 *
 * @param portOf the port as the facts know it, of one that was declared or found
 */
export function mergeProbes(
  declared: Declared['probes'],
  found: Readonly<Partial<Record<ProbeName, FoundProbe>>>,
  portOf: (port: number | undefined) => number,
): Facts['probes'] {
  const entries = NAMES.flatMap((name): [ProbeName, ProbeFact][] => {
    const said = declared[name]
    const seen = found[name]
    const path = said?.path?.value ?? seen?.path
    if (path === undefined) return []
    // Where it answered is stronger than a port of the manifest, which holds inside of a container.
    const port = seen?.path === path ? seen.port : said?.port?.value
    return [
      [
        name,
        {
          path,
          port: portOf(port),
          origin: said?.path?.origin ?? 'found',
          periodMs: said?.periodMs?.value ?? PROBE_DEFAULTS.periodMs,
          timeoutMs: said?.timeoutMs?.value ?? PROBE_DEFAULTS.timeoutMs,
          failureThreshold: said?.failureThreshold?.value ?? PROBE_DEFAULTS.failureThreshold,
          initialDelayMs: said?.initialDelayMs?.value ?? PROBE_DEFAULTS.initialDelayMs,
        },
      ],
    ]
  })
  return Object.fromEntries(entries)
}
