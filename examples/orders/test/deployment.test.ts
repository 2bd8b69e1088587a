/** Holds the numbers of the hand-written deployment files against each other and against what the services really use. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { resolveShutdownBudget } from '../../../src/lifecycle/shutdown-budget.ts'
import { ordersConfig } from '../orders/config.ts'
import { paymentsConfig } from '../payments/config.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const dockerfile = read('Dockerfile')
const compose = parse(read('compose.yaml'), { merge: true })
const manifests = (path: string) => parseAllDocuments(read(path), { merge: true }).map((document) => document.toJS())
const KINDS = { StatefulSet: true, Deployment: true } as Record<string, boolean>

const ADMIN_PORT = 9091
const PORTS = {
  orders: ordersConfig.parse({ payments: { url: 'http://payments' } }).http.port,
  payments: paymentsConfig.parse({}).http.port,
}

describe.each(['orders', 'payments'] as const)('the manifest of %s', (name) => {
  const documents = manifests(`deploy/${name}.yaml`)
  const workload = documents.find((document) => KINDS[document.kind])
  const pod = workload.spec.template.spec
  const [container] = pod.containers
  const env = new Map<string, string | undefined>(
    container.env.map((entry: { name: string; value?: string }) => [entry.name, entry.value]),
  )

  test('gives the pod at least the time that the service says it needs', () => {
    const graceSeconds = pod.terminationGracePeriodSeconds
    expect(env.get('SEAWORTHY_GRACE_SECONDS')).toBe(String(graceSeconds))
    const budget = resolveShutdownBudget(
      {},
      { env: { SEAWORTHY_GRACE_SECONDS: String(graceSeconds) }, isTerminal: false },
    )
    expect(budget.warning).toBeUndefined()
    expect(budget.totalMs).toBe(25_000)
    expect(budget.totalMs).toBeLessThanOrEqual(graceSeconds * 1000)
    expect(container.lifecycle).toBeUndefined()
  })

  test('has three probes, on three paths, on the admin port', () => {
    const admin = container.ports.find((port: { name: string }) => port.name === 'admin')
    expect(admin.containerPort).toBe(ADMIN_PORT)
    const { startupProbe, livenessProbe, readinessProbe } = container
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe.httpGet)).toEqual([
      { path: '/startupz', port: 'admin' },
      { path: '/livez', port: 'admin' },
      { path: '/readyz', port: 'admin' },
    ])
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(60)
  })

  test('fails readiness, as a poller sees it, before the listener closes', () => {
    const { periodSeconds, failureThreshold } = container.readinessProbe
    const budget = resolveShutdownBudget({}, { env: {}, isTerminal: false })
    expect(periodSeconds * failureThreshold * 1000).toBeLessThanOrEqual(budget.drainDelayMs)
  })

  test('listens where the service listens', () => {
    const port = container.ports.find((entry: { name: string }) => entry.name === 'http')
    expect(port.containerPort).toBe(PORTS[name])
    const service = documents.find((document) => document.kind === 'Service')
    expect(service.spec.ports[0].targetPort).toBe('http')
    expect(service.spec.selector).toEqual(workload.spec.selector.matchLabels)
  })

  test('leaves room for what is not heap under the memory limit', () => {
    const limitMiB = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)?.[1])
    const heapMiB = Number(/--max-old-space-size=(\d+)/.exec(env.get('NODE_OPTIONS') ?? '')?.[1])
    expect(heapMiB).toBeLessThanOrEqual(limitMiB * 0.75)
    expect(container.resources.requests.memory).toBe(container.resources.limits.memory)
  })

  test('runs as a number that is not root, without privileges, from a pinned image', () => {
    expect(pod.securityContext.runAsNonRoot).toBe(true)
    expect(pod.securityContext.runAsUser).toBe(Number(/^USER (\d+):/m.exec(dockerfile)?.[1]))
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.image).toMatch(/:\d+\.\d+\.\d+$/)
  })

  test('has a place for telemetry that waits, which outlives the container', () => {
    const mount = container.volumeMounts.find((each: { name: string }) => each.name === 'spool')
    expect(env.get('SEAWORTHY_SPOOL_DIR')).toBe(mount.mountPath)
    expect(pod.volumes).toContainEqual({ name: 'spool', emptyDir: { sizeLimit: expect.any(String) as string } })
  })

  test('can be evicted from a node, one pod at a time', () => {
    const budget = documents.find((document) => document.kind === 'PodDisruptionBudget')
    expect(budget.spec.maxUnavailable).toBe(1)
    expect(budget.spec.minAvailable).toBeUndefined()
    expect(budget.spec.selector.matchLabels).toEqual(workload.spec.selector.matchLabels)
  })

  test('waits for no collector', () => {
    expect(pod.initContainers).toBeUndefined()
  })
})

test('what orders calls payments by is where payments listens', () => {
  const [orders] = manifests('deploy/orders.yaml')
  const url = orders.spec.template.spec.containers[0].env.find(
    (entry: { name: string }) => entry.name === 'PAYMENTS__URL',
  ).value
  expect(url).toBe(`http://payments:${PORTS.payments}`)
  expect(compose.services.orders.environment.PAYMENTS__URL).toBe(url)
})

test('compose gives the services the time that they need, and says so to them', () => {
  for (const name of ['orders', 'payments']) {
    const service = compose.services[name]
    const graceSeconds = Number(/^(\d+)s$/.exec(service.stop_grace_period)?.[1])
    expect(service.environment.SEAWORTHY_GRACE_SECONDS).toBe(String(graceSeconds))
    expect(resolveShutdownBudget({}, { env: {}, isTerminal: false }).totalMs).toBeLessThanOrEqual(graceSeconds * 1000)
    expect(Object.keys(service.depends_on ?? {})).not.toContain('collector')
  }
})

test('the image runs node itself as PID 1, in exec form, and checks its own health', () => {
  const instruction = (name: string): unknown =>
    JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? 'null')
  expect(instruction('ENTRYPOINT')).toEqual(['node'])
  expect(instruction('CMD')).toEqual(['orders/main.ts'])
  expect(dockerfile).toMatch(
    /HEALTHCHECK .*\\\n\s+CMD \["node", "node_modules\/seaworthy\/dist\/cli\/main\.js", "healthcheck"\]/,
  )
  expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
    'node:24.21.0-bookworm-slim',
    'node:24.21.0-bookworm-slim',
  ])
  expect(dockerfile).toContain(`EXPOSE ${PORTS.orders} ${PORTS.payments} ${ADMIN_PORT}`)
})
