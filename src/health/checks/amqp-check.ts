import type { HealthCheckDefinition } from '../health-check.ts'
import { defineCheck, degraded, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { SingleQuestion } from './until-aborted.ts'

/** What is used of a connection of `amqplib` with promises. */
export interface AmqpCheckConnection {
  createChannel(): PromiseLike<{ close(): PromiseLike<unknown>; on(event: 'error', listener: () => void): unknown }>
  on(event: 'blocked', listener: (reason: string) => void): unknown
  on(event: 'unblocked', listener: () => void): unknown
}

/**
 * A check that RabbitMQ answers, by a channel that is opened and closed: AMQP has no question of its own. Degraded while
 * the server lets nobody publish because it is short of memory or of disk.
 *
 * @param connection of `amqplib`, or a function that returns the one in use now: there is a new one after each loss
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://www.rabbitmq.com/docs/connection-blocked
 */
export function amqpCheck(
  connection: ClientSource<AmqpCheckConnection>,
  options: ReadyCheckOptions = {},
): HealthCheckDefinition {
  const question = new SingleQuestion<AmqpCheckConnection, void>(openAndClose)
  const blocked = new WeakMap<AmqpCheckConnection, string | undefined>()
  const watch = (amqp: AmqpCheckConnection): void => {
    if (blocked.has(amqp)) return
    blocked.set(amqp, undefined)
    amqp.on('blocked', (reason) => blocked.set(amqp, reason))
    amqp.on('unblocked', () => blocked.set(amqp, undefined))
  }
  const definition = defineCheck('amqpCheck()', options, (read) => {
    const find = readClient<AmqpCheckConnection>(read, connection, 'a connection of amqplib', ['createChannel', 'on'])
    return {
      name: 'amqp',
      run: async ({ signal }) => {
        const amqp = find()
        if (amqp === undefined) return unhealthy('amqp: there is no connection')
        watch(amqp)
        try {
          await question.ask(amqp, signal)
        } catch (error) {
          return failed('amqp: a channel', error, signal)
        }
        const reason = blocked.get(amqp)
        return reason === undefined ? HEALTHY : degraded(`amqp: the server lets nobody publish: ${reason}`)
      },
    }
  })
  // It is told once, perhaps before the first run.
  if (typeof connection !== 'function') watch(connection)
  return definition
}

async function openAndClose(amqp: AmqpCheckConnection): Promise<void> {
  const channel = await amqp.createChannel()
  // An error without a listener would end the process; that the connection is lost, its owner is told.
  channel.on('error', () => {})
  await channel.close()
}
