import type { Known } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { DeclaredProbe } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, itemsOf, type Placed, textOf } from './placed.ts'
import { readInteger, readPath } from './read-scalars.ts'

/**
 * What Kubernetes takes for what a probe does not say.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
 */
const KUBERNETES_DEFAULTS = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, initialDelaySeconds: 0 }

const KEYS: Readonly<Record<ProbeName, string>> = {
  ready: 'readinessProbe',
  live: 'livenessProbe',
  startup: 'startupProbe',
}
const NAMES: readonly ProbeName[] = ['ready', 'live', 'startup']

/** The probes of a container, with the timing that a kubelet would use. */
export function readManifestProbes(
  container: Placed,
  problems: DeclarationProblems,
  notes: string[],
): Partial<Record<ProbeName, DeclaredProbe>> {
  const probes: Partial<Record<ProbeName, DeclaredProbe>> = {}
  for (const name of NAMES) {
    const probe = childOf(container, KEYS[name])
    if (probe === undefined) continue
    probes[name] = { ...readTarget(container, probe, problems, notes), ...readTiming(probe, problems) }
  }
  return probes
}

function readTarget(
  container: Placed,
  probe: Placed,
  problems: DeclarationProblems,
  notes: string[],
): Pick<DeclaredProbe, 'path' | 'port'> {
  const http = childOf(probe, 'httpGet')
  if (http === undefined) {
    const other = ['exec', 'grpc', 'tcpSocket'].find((kind) => childOf(probe, kind) !== undefined) ?? 'nothing'
    notes.push(`${probe.where}: ${probe.key} asks by ${other}, which is not tried; only httpGet is`)
    return {}
  }
  const path = childOf(http, 'path')
  const pathText = path === undefined ? '/' : readPath(path, problems)
  const port = readManifestPort(container, childOf(http, 'port'), problems)
  return {
    ...(pathText === undefined ? {} : { path: known(pathText) }),
    ...(port === undefined ? {} : { port: known(port) }),
  }
}

/** A port by its number, or by the name that the container gives it. */
export function readManifestPort(
  container: Placed,
  port: Placed | undefined,
  problems: DeclarationProblems,
): number | undefined {
  if (port === undefined) return undefined
  const name = textOf(port)
  if (name === undefined || /^\d+$/.test(name)) return readInteger(1, 65_535)(port, problems)
  const ports = itemsOf(childOf(container, 'ports'))
  const named = ports.find((item) => textOf(childOf(item, 'name')) === name)
  const number = childOf(named, 'containerPort')
  if (number !== undefined) return readInteger(1, 65_535)(number, problems)
  problems.add(port, `is "${name}", and no port of the container has this name`)
  return undefined
}

function readTiming(probe: Placed, problems: DeclarationProblems): Omit<DeclaredProbe, 'path' | 'port'> {
  const read = (name: keyof typeof KUBERNETES_DEFAULTS, min: number): number => {
    const node = childOf(probe, name)
    return (node === undefined ? undefined : readInteger(min, 86_400)(node, problems)) ?? KUBERNETES_DEFAULTS[name]
  }
  return {
    periodMs: known(read('periodSeconds', 1) * 1000),
    timeoutMs: known(read('timeoutSeconds', 1) * 1000),
    failureThreshold: known(read('failureThreshold', 1)),
    initialDelayMs: known(read('initialDelaySeconds', 0) * 1000),
  }
}

function known<T>(value: T): Known<T> {
  return { value, origin: 'manifest' }
}
