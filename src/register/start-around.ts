import type { Server } from 'node:net'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { EXIT_CODE, isConfigurationError } from '../lifecycle/exit-code.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { RegisteredLife, type RegisteredLifeOptions } from './registered-life.ts'

export interface OpenOptions extends RegisteredLifeOptions {
  /** Those that listen by now. */
  readonly servers: Iterable<Server>
  /** Whether a service of the application's own has taken the process meanwhile. */
  readonly isHandedOver: () => boolean
}

/**
 * Puts a service around the application and starts it. Never rejects. Refused configuration ends the process with 2,
 * the one thing for which a service ends that was there before us: better at its start than in an outage. Anything else that fails is told on standard error, and the application goes on without us.
 */
export async function startAround(
  options: OpenOptions,
  onLife: (life: RegisteredLife) => void,
): Promise<RegisteredLife | undefined> {
  // Its configuration is then refused by that service, or is none of ours.
  if (options.isHandedOver()) return undefined
  let life: RegisteredLife | undefined
  try {
    life = new RegisteredLife(options)
    for (const server of options.servers) life.add(server)
    onLife(life)
    await life.start()
    return life
  } catch (error) {
    if (options.isHandedOver()) return life
    // A signal came first: the shutdown has taken over.
    if (isSeaworthyError(error, 'SEA_START_INTERRUPTED')) return life
    const { target, held } = options
    const what = isSeaworthyError(error) ? `[${error.code}]: ${error.describe()}` : `: ${messageOf(error)}`
    target.stderr.write(`seaworthy/register did not start ${what}\n`)
    if (isConfigurationError(error)) held.leave(EXIT_CODE.configuration)
    life?.release()
    return undefined
  }
}
