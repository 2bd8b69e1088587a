import type { promises as Dns } from 'node:dns'
import type { Duration } from '../../core/duration.ts'
import type { HealthCheckDefinition } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'

const RECORDS = ['A', 'AAAA', 'SRV'] as const

/** What is asked of DNS, and what must be among the answers. */
export interface DnsCheckOptions extends ReadyCheckOptions {
  /** @default "A" */
  readonly record?: (typeof RECORDS)[number]
  /**
   * Answers that must be there: addresses, or `host:port` for SRV; more may be.
   *
   * @default any one answer
   */
  readonly expected?: readonly string[]
  /** The servers to ask, as addresses with or without a port. @default those of the system */
  readonly servers?: readonly string[]
  /** How long one attempt waits for its answer, before the next: 10 ms to 1 min. @default "1s" */
  readonly attemptTimeout?: Duration
  /** How often a server is asked: 1 to 10. A packet of UDP can be lost. @default 2 */
  readonly attempts?: number
}

/**
 * A check that DNS resolves a name. It asks the servers, not `/etc/hosts` and not the pool of threads that
 * `dns.lookup()` uses, so one that waits blocks no file and no other name; it is cancelled when its time is over.
 *
 * @param name whole: no search domain is added
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://nodejs.org/api/dns.html#class-dnspromisesresolver
 */
export function dnsCheck(name: string, options: DnsCheckOptions = {}): HealthCheckDefinition {
  return defineCheck('dnsCheck()', options, (read) => {
    if (typeof name !== 'string' || !/^[\w.-]{1,255}$/.test(name)) read.problem('the first argument is no host name')
    const record = read.oneOf('record', RECORDS, { fallback: 'A' })
    const servers = read.list('servers', { fallback: [] })
    const settings = {
      record,
      servers,
      expected: read.list('expected', { fallback: [] }),
      timeout: Math.ceil(read.duration('attemptTimeout', { fallback: 1000, min: 10, max: 60_000 })),
      tries: read.integer('attempts', { fallback: 2, min: 1, max: 10 }),
    }
    if (servers.length > 0) {
      try {
        resolverFor(settings).cancel()
      } catch {
        read.problem('"servers" holds what is no address, expected such as 10.0.0.10 or [fd00::10]:5353')
      }
    }
    const where = `DNS ${record} of ${name}`
    return {
      name: `dns ${name}`,
      run: async ({ signal }) => {
        if (signal.aborted) return failed(where, signal.reason)
        const resolver = resolverFor(settings)
        const giveUp = (): void => resolver.cancel()
        signal.addEventListener('abort', giveUp, { once: true })
        try {
          const answers = await resolve(resolver, record, name)
          const missing = settings.expected.filter((one) => !answers.includes(one))
          if (missing.length > 0) return unhealthy(`${where} is without ${missing.join(', ')}`)
          return answers.length > 0 ? HEALTHY : unhealthy(`${where} has no answer`)
        } catch (error) {
          return failed(where, error)
        } finally {
          signal.removeEventListener('abort', giveUp)
        }
      },
    }
  })
}

interface ResolverSettings {
  readonly servers: readonly string[]
  readonly timeout: number
  readonly tries: number
}

/** One for each run: what it has asked is cancelled without another's, and the system's servers are read anew. */
function resolverFor({ servers, timeout, tries }: ResolverSettings): Dns.Resolver {
  const resolver = new (process.getBuiltinModule('node:dns').promises.Resolver)({ timeout, tries })
  if (servers.length > 0) resolver.setServers(servers)
  return resolver
}

async function resolve(
  resolver: Dns.Resolver,
  record: (typeof RECORDS)[number],
  name: string,
): Promise<readonly string[]> {
  switch (record) {
    case 'A':
      return await resolver.resolve4(name)
    case 'AAAA':
      return await resolver.resolve6(name)
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(({ name: host, port }) => `${host}:${port}`)
  }
}
