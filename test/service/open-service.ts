import { FinalFlush } from '../../src/core/final-flush.ts'
import { createService, type ServiceOptions } from 'seaworthy'

/** Options of a service for a test: silent, on free ports, quick, and with nothing of the process in it. */
export function quiet(over: Partial<ServiceOptions> = {}): ServiceOptions {
  return {
    name: 'subject',
    env: { OTEL_SDK_DISABLED: 'true' },
    // The thread of the probes takes a while to start, and is tested where it is.
    admin: { port: 0, offLoop: false },
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0 },
    finalFlush: new FinalFlush(),
    ...over,
  }
}

export function quietService(over: Partial<ServiceOptions> = {}) {
  return createService(quiet(over))
}

/** A promise to be settled by hand. */
export function gate() {
  return Promise.withResolvers<void>()
}
