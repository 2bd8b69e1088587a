import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { SpoolListener } from '../pipeline/spool.ts'
import type { SpoolSettings } from './spool-settings.ts'

export interface DiskSpoolOptions {
  readonly settings: SpoolSettings
  /** Processes of one service send what the others have left behind. */
  readonly serviceName: string
  readonly listener: SpoolListener
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds since 1970. @default the time of the machine */
  readonly unixNow?: () => number
}
