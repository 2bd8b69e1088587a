import type { DependencyFact, Origin } from '../facts.ts'

type Protocol = DependencyFact['protocol']

/** What comes before `://`, and the port that is meant when none is said. */
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

/** The same for those that are encrypted from the first byte: nobody can look into them. */
const TLS_SCHEMES: Readonly<Record<string, number>> = {
  https: 443,
  rediss: 6379,
  valkeys: 6379,
  amqps: 5671,
  mysqls: 3306,
  tls: 0,
  ssl: 0,
}

/** Parameters with which clients of databases ask for TLS and look at the name in the certificate. */
const ASKS_FOR_TLS = /[?&](?:ssl-?mode=(?:require|verify)[\w-]*|(?:ssl|tls)=(?:true|1))(?:&|$)/i

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
/** `::1` stands without brackets where no port follows. */
const HOST_FORM = /^(?:\[?[\da-f:.]*:[\da-f:.]*\]?|[a-z\d][\w.-]*)$/i
const ADDRESS_FORM = /^(\[[\da-f:.]+\]|[a-z\d][\w.-]*):(\d{1,5})((?:,.*)?)$/i

/** The variable of a dependency and what it is called. */
export interface NamedVariable {
  readonly name: string
  readonly variable: string
  readonly portVariable?: string
  readonly origin: Origin
}

/**
 * The address in the value of a variable, and what is around it; of several with commas, all are replaced by the first.
 * `undefined` when there is none, or none that a proxy can stand in front of: a client that looks at the name in a
 * certificate accepts our proxy only under that name, so what is encrypted has to be on this machine.
 */
export function parseDependency(named: NamedVariable, value: string): DependencyFact | undefined {
  const url = URL_FORM.exec(value.trim())
  if (url === null) return parseAddress(named, value)
  const [, scheme = '', user = '', host = '', port, , rest = ''] = url
  // `+asyncpg` names a driver; `+srv` says that the address has to be looked up.
  const known = scheme.toLowerCase().replace(/\+(?!srv$)[a-z0-9]+$/, '')
  const [plain, usualPort = TLS_SCHEMES[known]] = SCHEMES[known] ?? []
  if (usualPort === undefined) return undefined
  const isTls = plain === undefined || ASKS_FOR_TLS.test(rest)
  const number = port === undefined ? usualPort : Number(port)
  if (!isPort(number) || (isTls && !isLocal(host))) return undefined
  const template = `${scheme}://${user}${isTls ? host : '{host}'}:{port}${rest}`
  return { ...named, template, host: bare(host), port: number, protocol: plain ?? 'tcp' }
}

/** The same of a dependency whose host and port are in a variable each. */
export function parsePair(named: NamedVariable, host: string, port: string): DependencyFact | undefined {
  if (!HOST_FORM.test(host.trim())) return undefined
  const written = host.includes(':') ? `[${bare(host.trim())}]` : host.trim()
  const address = parseAddress(named, `${written}:${port.trim()}`)
  return address === undefined ? undefined : { ...address, template: '{host}' }
}

function parseAddress(named: NamedVariable, value: string): DependencyFact | undefined {
  const [, host = '', port = ''] = ADDRESS_FORM.exec(value.trim()) ?? []
  const number = Number(port)
  if (host === '' || !isPort(number)) return undefined
  return { ...named, template: '{host}:{port}', host: bare(host), port: number, protocol: PORTS[number] ?? 'tcp' }
}

/** Our proxy is there under the same name. */
function isLocal(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3})$/i.test(host)
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}
