import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { SingleQuestion } from './until-aborted.ts'

/** What is used of a `MongoClient` of `mongodb`. */
export interface MongoPinger {
  db(name: string): { command(command: object): PromiseLike<unknown> }
}

/**
 * A check that MongoDB answers `ping`, over the pool of the client. One `ping` at most is under way, also while the
 * client still looks for a server.
 *
 * @param client a `MongoClient`, or a function that returns it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://www.mongodb.com/docs/manual/reference/command/ping/
 */
export function mongoCheck(client: ClientSource<MongoPinger>, options: ReadyCheckOptions = {}): HealthCheckDefinition {
  const question = new SingleQuestion<MongoPinger, unknown>((asked) => asked.db('admin').command({ ping: 1 }))
  return defineCheck('mongoCheck()', options, (read) => {
    const find = readClient<MongoPinger>(read, client, 'a MongoClient', ['db'])
    const run = async ({ signal }: HealthCheckContext): Promise<HealthCheckResult> => {
      const mongo = find()
      if (mongo === undefined) return unhealthy('mongodb: there is no client yet')
      try {
        const answer = (await question.ask(mongo, signal)) as { readonly ok?: unknown } | null
        return Number(answer?.ok) === 1 ? HEALTHY : unhealthy('mongodb: ping was not answered by ok: 1')
      } catch (error) {
        return failed('mongodb: ping', error, signal)
      }
    }
    return { name: 'mongodb', run }
  })
}
