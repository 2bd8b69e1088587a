import { quietPort } from '../../process/quiet-port.ts'
import type { Facts } from '../facts.ts'

/** Where a replica listens. */
export interface Berth {
  readonly host: string
  readonly port: number
  /** What tells it besides the port's variable. */
  readonly env: Readonly<Record<string, string>>
  /** Its second port, for probes and administration, where it can be told one. */
  readonly adminPort?: number
}

/** The port of this replica that the facts know as `port`. */
export function portAt(
  { port: own, adminPort }: Berth,
  port: number,
  facts: Pick<Facts, 'port' | 'env' | 'adminPortVariable'>,
): number {
  if (port === facts.port.value) return own
  const { adminPortVariable } = facts
  const isAdmin = adminPortVariable !== undefined && Number(facts.env[adminPortVariable]) === port
  return isAdmin ? (adminPort ?? port) : port
}

/** Told to a service that can't be told a port, so that each replica has an address of its own. */
const HOST_VARIABLE = 'HOST'
const LOCAL_HOST = /^(?:localhost|0\.0\.0\.0|127(?:\.\d{1,3}){3})$/
/** Of Linux' loopback network, all of which is there without any set-up: 127.77.0.1 to 127.77.0.254. */
const NETWORK = '127.77.0'
const HOSTS = 254

/** Why several replicas of this service can't run beside each other here; `undefined` when they can. */
export function noBerthsBecause({ portVariable, port, env, machine }: Facts): string | undefined {
  if (portVariable !== undefined) return undefined
  if (!LOCAL_HOST.test(env[HOST_VARIABLE] ?? '')) {
    return `Replicas can't run beside each other: all would listen on port ${port.value}. Let the service take its port from the variable PORT, or its address from HOST.`
  }
  return machine.isLinux ? undefined : 'Replicas with the same port need the loopback network of Linux.'
}

/** Gives each replica a port of its own, or an address of its own when the port can't be told. */
export class Berths {
  readonly #facts: Facts
  #count = 0

  constructor(facts: Facts) {
    this.#facts = facts
  }

  async next(): Promise<Berth> {
    const { portVariable, host, port, adminPortVariable } = this.#facts
    const adminPort = adminPortVariable === undefined ? undefined : await quietPort(host)
    const admin = adminPortVariable === undefined ? {} : { [adminPortVariable]: String(adminPort) }
    const own = adminPort === undefined ? {} : { adminPort }
    if (portVariable !== undefined) return { host, port: await quietPort(host), env: admin, ...own }
    const address = `${NETWORK}.${(this.#count++ % HOSTS) + 1}`
    return { host: address, port: port.value, env: { ...admin, [HOST_VARIABLE]: address }, ...own }
  }
}
