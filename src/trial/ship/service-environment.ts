import { tmpdir } from 'node:os'
import { otelEnvironmentOfChild } from '../../receiver/otel-environment.ts'
import type { ReceiverAddress } from '../../receiver/receiver.ts'
import { fillPlaces, type PlaceValues } from '../declared/fill-places.ts'
import type { Facts } from '../facts.ts'

/** The variable in which everything that a service starts can be known again. */
export const MARKER_VARIABLE = 'SEAWORTHY_TRIAL'
/** Where POSIX programs put their temporary files. */
const FOLDER_VARIABLE = 'TMPDIR'
/** What spans carry when the user has given the service no name. */
const SERVICE_NAME = 'trial'

export interface EnvironmentParts {
  readonly facts: Facts
  /** Unique to the lifetime. */
  readonly trialId: string
  readonly port: number
  /** A folder of its own. */
  readonly folder: string
  readonly collector: Pick<ReceiverAddress, 'endpoint' | 'grpcEndpoint'>
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc'
  /** Of dependencies, which lead to our proxies. */
  readonly dependencies: Readonly<Record<string, string>>
  /** What the voyage sets; it wins. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The environment of a service under trial: the user's own, where telemetry goes, its port, the way to its dependencies.
 * How often it exports is left as it is: short intervals would hide what a stop loses.
 */
export function serviceEnvironment(parts: EnvironmentParts): Record<string, string | undefined> {
  const { facts, trialId, port, folder, collector, protocol, dependencies, env } = parts
  const own = facts.env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''
  return {
    ...withPlacesFilled(facts.env, collector, { port: String(port), tmp: folder }),
    ...(declaresFolder(facts.env) ? {} : { [FOLDER_VARIABLE]: folder }),
    ...otelEnvironmentOfChild(collector, protocol),
    OTEL_SERVICE_NAME: facts.env['OTEL_SERVICE_NAME'] ?? SERVICE_NAME,
    OTEL_RESOURCE_ATTRIBUTES: `${own === '' ? '' : `${own},`}seaworthy.trial.id=${trialId}`,
    ...(facts.portVariable === undefined
      ? {}
      : { [facts.portVariable]: (facts.portTemplate ?? '{port}').replace('{port}', String(port)) }),
    ...dependencies,
    ...env,
    [MARKER_VARIABLE]: trialId,
  }
}

/** Whether somebody chose another folder for the service than that of whoever started the trial. */
function declaresFolder(env: Facts['env']): boolean {
  const folder = env[FOLDER_VARIABLE]
  return folder !== undefined && folder !== tmpdir()
}

/** What was declared for the service may say where the collector is, or its data, by a variable of its own. */
function withPlacesFilled(
  env: Facts['env'],
  { endpoint, grpcEndpoint }: EnvironmentParts['collector'],
  own: PlaceValues,
): Record<string, string | undefined> {
  const places = {
    'otlp.http.url': endpoint,
    'otlp.grpc.url': grpcEndpoint,
    'otlp.grpc.hostport': new URL(grpcEndpoint).host,
    ...own,
  }
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value === undefined ? value : fillPlaces(value, places)]),
  )
}
