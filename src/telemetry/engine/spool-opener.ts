import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { TelemetrySettings } from '../env/telemetry-env.ts'
import type { Spool, SpoolListener } from '../pipeline/spool.ts'
import type { ResourceAttributes } from '../resource/resource.ts'

export interface SpoolOpenerOptions {
  readonly settings: TelemetrySettings
  readonly resource: ResourceAttributes
  readonly clock: Clock
  readonly log: Log
}

/**
 * How the spool is opened, where there is to be one: where it isn't switched off and a collector is configured. Nobody
 * wants telemetry on disk that nobody has asked to go anywhere, unless they name a place for it.
 */
export async function spoolOpener(
  options: SpoolOpenerOptions,
): Promise<((listener: SpoolListener) => Spool) | undefined> {
  const { settings, resource, clock, log } = options
  const { spool } = settings
  const sent = Object.values(settings.signals).filter(({ exporter }) => exporter === 'otlp')
  const isAsked = sent.some(({ otlp }) => !otlp.isDefault) || spool?.isDefaultDirectory === false
  if (spool === undefined || sent.length === 0 || !isAsked) return undefined
  const { openSpool } = await import('../spool/open-spool.ts')
  const serviceName = `${resource['service.name']}-${destinationOf(settings)}`
  return openSpool({ settings: spool, serviceName, clock, log })
}

/**
 * What was meant for one collector is never sent to another one: another environment's, another customer's, or that of
 * the next test.
 *
 * One name for the three signals together, because a spool is one journal of all of them with one owner and one bound:
 * a service whose metrics alone go elsewhere from now on begins anew, too. What it could not deliver before its last
 * start stays where it is; it is sent if a process with the old settings starts again, and removed once it is as old as
 * telemetry may become. Headers, and with them keys that are replaced, do not count.
 */
function destinationOf({ signals }: TelemetrySettings): string {
  const labels = [signals.traces, signals.metrics, signals.logs].map(({ otlp }) => otlp.label)
  return createHash('sha256').update(labels.join('\n')).digest('hex').slice(0, 8)
}
