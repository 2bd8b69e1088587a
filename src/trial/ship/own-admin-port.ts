import { quietPort } from '../../process/quiet-port.ts'
import type { Facts } from '../facts.ts'

/** The facts of one lifetime: a second port that can be told is another one in each, so that two copies never meet. */
export async function withOwnAdminPort(facts: Facts): Promise<Facts> {
  const { adminPortVariable, env, host } = facts
  if (adminPortVariable === undefined) return facts
  const known = Number(env[adminPortVariable])
  const own = await quietPort(host)
  const probes = Object.entries(facts.probes).map(([name, probe]) => [
    name,
    probe.port === known ? { ...probe, port: own } : probe,
  ])
  return { ...facts, env: { ...env, [adminPortVariable]: String(own) }, probes: Object.fromEntries(probes) }
}
