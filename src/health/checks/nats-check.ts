import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, degraded, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { SingleQuestion } from './until-aborted.ts'

/** What is used of a connection of `@nats-io/transport-node`, or of `nats` before it. */
export interface NatsFlusher {
  flush(): PromiseLike<unknown>
  isClosed(): boolean
  isDraining?(): boolean
}

/**
 * A check that NATS answers: `flush()` is a `PING` that comes back as `PONG`, behind all that was published before.
 *
 * @param connection what `connect()` gave, or a function that returns it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://docs.nats.io/reference/reference-protocols/nats-protocol#ping-pong
 */
export function natsCheck(
  connection: ClientSource<NatsFlusher>,
  options: ReadyCheckOptions = {},
): HealthCheckDefinition {
  const question = new SingleQuestion<NatsFlusher, unknown>((asked) => asked.flush())
  return defineCheck('natsCheck()', options, (read) => {
    const find = readClient<NatsFlusher>(read, connection, 'a connection of NATS', ['flush', 'isClosed'])
    const run = async ({ signal }: HealthCheckContext): Promise<HealthCheckResult> => {
      const nats = find()
      if (nats === undefined) return unhealthy('nats: there is no connection yet')
      if (nats.isClosed()) return unhealthy('nats: the connection is closed, and does not come back')
      if (nats.isDraining?.() === true) return degraded('nats: the connection is draining')
      try {
        await question.ask(nats, signal)
        return HEALTHY
      } catch (error) {
        return failed('nats: PING', error, signal)
      }
    }
    return { name: 'nats', run }
  })
}
