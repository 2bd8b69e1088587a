import type { HealthCheckContext } from 'seaworthy'
import type { RedisPinger } from 'seaworthy/checks'

interface RedisOfWorker {
  /** Version 6. */
  readonly backend?: { readonly client?: PromiseLike<RedisPinger> }
  /** Version 5. */
  readonly client?: PromiseLike<RedisPinger>
}

/** The check of a worker: whether Redis answers, as `redisCheck()` finds it out, on the connection that does not wait for jobs. */
export function askRedis(worker: object): (context: HealthCheckContext) => Promise<unknown> {
  let redis: RedisPinger | undefined
  let check: ((context: HealthCheckContext) => unknown) | undefined
  return async (context) => {
    const { backend, client: ofVersion5 }: RedisOfWorker = worker
    redis = await (backend?.client ?? ofVersion5)
    if (typeof redis?.ping !== 'function') return
    // Not before: a worker that is never asked need not load the checks of everything else.
    check ??= (await import('seaworthy/checks')).redisCheck(() => redis).check
    return await check(context)
  }
}
