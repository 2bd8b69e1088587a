import type { DependencyFact, Origin } from '../facts.ts'

type Protocol = DependencyFact['protocol']

/** What comes before `://`, and the port that is meant when none is said. Encrypted ones can't be looked into. */
const SCHEMES: Readonly<Record<string, readonly [Protocol, number]>> = {
  http: ['http', 80],
  postgres: ['postgresql', 5432],
  postgresql: ['postgresql', 5432],
  mysql: ['mysql', 3306],
  mariadb: ['mysql', 3306],
  redis: ['redis', 6379],
  amqp: ['amqp', 5672],
  mongodb: ['mongodb', 27_017],
  nats: ['nats', 4222],
  kafka: ['kafka', 9092],
  tcp: ['tcp', 0],
  grpc: ['http', 0],
}

/** What usually listens on a port, for an address without a scheme. */
const PORTS: Readonly<Record<number, Protocol>> = {
  3306: 'mysql',
  4222: 'nats',
  5432: 'postgresql',
  5672: 'amqp',
  6379: 'redis',
  9092: 'kafka',
  27_017: 'mongodb',
}

const URL_FORM =
  /^([a-z][a-z0-9+.-]*):\/\/((?:[^@/?#]*@)?)(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?((?:,[^/?#]*)?)((?:[/?#].*)?)$/is
const ADDRESS_FORM = /^(\[[\da-f:.]+\]|[a-z\d][\w.-]*):(\d{1,5})((?:,.*)?)$/i

/**
 * The address in the value of a variable, and what is around it; of several with commas, all are replaced by the first.
 * `undefined` when there is none, or none that a proxy can stand in front of.
 */
export function parseDependency(
  { name, variable, origin }: { readonly name: string; readonly variable: string; readonly origin: Origin },
  value: string,
): DependencyFact | undefined {
  const url = URL_FORM.exec(value.trim())
  if (url !== null) {
    const [, scheme = '', user = '', host = '', port, , rest = ''] = url
    // `+asyncpg` names a driver; `+srv` says that the address has to be looked up.
    const known = SCHEMES[scheme.toLowerCase().replace(/\+(?!srv$)[a-z0-9]+$/, '')]
    if (known === undefined) return undefined
    const [protocol, usualPort] = known
    const number = port === undefined ? usualPort : Number(port)
    if (!isPort(number)) return undefined
    const template = `${scheme}://${user}{host}:{port}${rest}`
    return { name, variable, template, host: bare(host), port: number, protocol, origin }
  }
  const [, host = '', port = ''] = ADDRESS_FORM.exec(value.trim()) ?? []
  const number = Number(port)
  if (host === '' || !isPort(number)) return undefined
  return {
    name,
    variable,
    template: '{host}:{port}',
    host: bare(host),
    port: number,
    protocol: PORTS[number] ?? 'tcp',
    origin,
  }
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}
