import type { Spool, SpoolListener } from '../pipeline/spool.ts'
import type { DiskSpoolOptions } from './disk-spool-options.ts'
import { DiskSpool } from './disk-spool.ts'

/** A spool that has taken its place on disk and looks after what others have left, for whoever listens. */
export function openSpool(options: Omit<DiskSpoolOptions, 'listener'>): (listener: SpoolListener) => Spool {
  return (listener) => {
    const spool = new DiskSpool({ ...options, listener })
    spool.start()
    return spool
  }
}
