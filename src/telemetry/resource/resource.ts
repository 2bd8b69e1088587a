import { randomUUID } from 'node:crypto'
import type { Environment } from '../../core/env-reader.ts'
import { readContainerId } from './container-id.ts'
import { type HostFacts, readHostFacts } from './host-facts.ts'
import { readKubernetesAttributes } from './kubernetes.ts'

/** What all telemetry of this process has in common, by attribute name. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>

export interface ResourceInput {
  readonly serviceName: string
  readonly serviceVersion: string | undefined
  /** From the code; win over what is detected. */
  readonly fromOptions: ResourceAttributes
  /** `OTEL_RESOURCE_ATTRIBUTES`; win over the code, because whoever deploys knows better where. */
  readonly fromEnv: Readonly<Record<string, string>>
  /** `OTEL_SERVICE_NAME`; wins over everything. */
  readonly serviceNameFromEnv: string | undefined
  readonly env: Environment
  readonly facts?: HostFacts
}

/** Node's names of processor architectures, as the semantic conventions want them. */
const HOST_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32', ppc64: 'ppc64' }
const OS_TYPE: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' }

/**
 * The one resource of all three signals, so that a trace, its logs and the metrics of its process can be joined.
 * Everything is known at once; nothing that could hold a secret is in it, the arguments of the process least of all.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function createResource(input: ResourceInput): ResourceAttributes {
  const facts = input.facts ?? readHostFacts()
  const containerId = readContainerId(facts.readText)
  const kubernetes = readKubernetesAttributes(input.env)
  // In a container the machine id is the image's, the same everywhere, and would join what does not belong together.
  const isContained = containerId !== undefined || Object.keys(kubernetes).length > 0
  const attributes: Record<string, string | number | boolean | undefined> = {
    'service.name': input.serviceName,
    'service.version': input.serviceVersion,
    'service.instance.id': randomUUID(),
    'telemetry.distro.name': 'seaworthy',
    'process.pid': facts.pid,
    'process.executable.name': facts.executableName,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': facts.nodeVersion,
    'process.runtime.description': 'Node.js',
    'host.name': facts.hostName,
    'host.arch': HOST_ARCH[facts.arch] ?? facts.arch,
    'host.id': isContained ? undefined : readMachineId(facts),
    'os.type': OS_TYPE[facts.platform] ?? facts.platform,
    'os.version': facts.osRelease,
    'container.id': containerId,
    ...kubernetes,
    ...input.fromOptions,
    ...input.fromEnv,
    ...(input.serviceNameFromEnv === undefined ? {} : { 'service.name': input.serviceNameFromEnv }),
  }
  const known = Object.entries(attributes).filter((entry) => entry[1] !== undefined && entry[1] !== '')
  return Object.freeze(Object.fromEntries(known) as Record<string, string | number | boolean>)
}

function readMachineId(facts: HostFacts): string | undefined {
  if (facts.platform !== 'linux') return undefined
  return (facts.readText('/etc/machine-id') ?? facts.readText('/var/lib/dbus/machine-id'))?.trim()
}
