import type { Log } from '../core/log.ts'
import type { ServiceLife } from '../service/service-life.ts'

/** The log of a service; what is said before there is one is said as soon as there is. */
export function queuedLog(life: () => Pick<ServiceLife, 'whenLogging'>): Log {
  const write =
    (level: keyof Log) =>
    (fields: object, message: string): void =>
      life().whenLogging((log) => log[level](fields, message))
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
