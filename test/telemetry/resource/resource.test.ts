import { expect, test } from 'vitest'
import type { HostFacts } from '../../../src/telemetry/resource/host-facts.ts'
import { createResource, type ResourceInput } from '../../../src/telemetry/resource/resource.ts'

const CONTAINER = 'f'.repeat(60) + 'abcd'

function facts(files: Readonly<Record<string, string>> = {}, more: Partial<HostFacts> = {}): HostFacts {
  return {
    hostName: 'box',
    arch: 'x64',
    platform: 'linux',
    osRelease: '6.18.0',
    pid: 7,
    executableName: 'node',
    nodeVersion: '24.21.0',
    readText: (path) => files[path],
    ...more,
  }
}

function resourceOf(input: Partial<ResourceInput> = {}) {
  return createResource({
    serviceName: 'orders',
    serviceVersion: undefined,
    fromOptions: {},
    fromEnv: {},
    serviceNameFromEnv: undefined,
    env: {},
    facts: facts(),
    ...input,
  })
}

test('process, host and operating system are named as the conventions have it', () => {
  const { 'service.instance.id': instanceId, ...attributes } = resourceOf({
    facts: facts({ '/etc/machine-id': 'abc123\n' }),
  })
  expect(instanceId).toMatch(/^[\da-f-]{36}$/)
  expect(attributes).toEqual({
    'service.name': 'orders',
    'telemetry.distro.name': 'seaworthy',
    'process.pid': 7,
    'process.executable.name': 'node',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '24.21.0',
    'process.runtime.description': 'Node.js',
    'host.name': 'box',
    'host.arch': 'amd64',
    'host.id': 'abc123',
    'os.type': 'linux',
    'os.version': '6.18.0',
  })
})

test('the arguments of the process are not in it, because they hold secrets', () => {
  const text = JSON.stringify(resourceOf({ facts: undefined as never }))
  for (const argument of process.argv.slice(1)) expect(text).not.toContain(argument)
})

test('two processes have two instance ids', () => {
  expect(resourceOf()['service.instance.id']).not.toBe(resourceOf()['service.instance.id'])
})

test('options win over what is detected, the environment over options, OTEL_SERVICE_NAME over all', () => {
  const fromOptions = { 'host.name': 'from options', 'team.name': 'shop', 'service.version': '2' }
  const fromEnv = { 'team.name': 'checkout', 'service.name': 'from the list', 'deployment.environment.name': 'prod' }

  const attributes = resourceOf({
    fromOptions,
    fromEnv,
    serviceVersion: '1',
    serviceNameFromEnv: 'from its own variable',
  })

  expect(attributes).toMatchObject({
    'service.name': 'from its own variable',
    'service.version': '2',
    'host.name': 'from options',
    'team.name': 'checkout',
    'deployment.environment.name': 'prod',
  })
  expect(resourceOf({ fromEnv })['service.name']).toBe('from the list')
})

test.for([
  ['Docker, cgroup 1', '/proc/self/cgroup', `12:cpu:/docker/${CONTAINER}`],
  ['Kubernetes, cgroup 1', '/proc/self/cgroup', `1:name=systemd:/kubepods/burstable/pod1-2-3/${CONTAINER}`],
  ['containerd with systemd', '/proc/self/cgroup', `0::/kubepods.slice/cri-containerd-${CONTAINER}.scope`],
  [
    'Docker, cgroup 2',
    '/proc/self/mountinfo',
    `715 706 254:1 /var/lib/docker/containers/${CONTAINER}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`,
  ],
  [
    'Podman, cgroup 2',
    '/proc/self/mountinfo',
    `983 1 0:58 /home/u/.local/share/containers/storage/overlay-containers/${CONTAINER}/userdata/hostname /etc/hostname rw`,
  ],
])('the id of the container is found: %s', ([, path = '', text = '']) => {
  const attributes = resourceOf({ facts: facts({ [path]: `0::/\n${text}\n`, '/etc/machine-id': 'of the image' }) })
  expect(attributes['container.id']).toBe(CONTAINER)
  expect(attributes).not.toHaveProperty('host.id')
})

test('outside of a container there is no container id', () => {
  const files = {
    '/proc/self/cgroup': '0::/user.slice/user-1000.slice/session-2.scope\n',
    '/proc/self/mountinfo': `1 2 0:1 /run/containerd/io.containerd.grpc.v1.cri/sandboxes/${CONTAINER}/resolv.conf /etc/resolv.conf rw\n`,
  }
  expect(resourceOf({ facts: facts(files) })).not.toHaveProperty('container.id')
})

test('in Kubernetes the downward API names the pod', () => {
  const env = {
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    POD_NAME: 'orders-1',
    POD_NAMESPACE: 'shop',
    K8S_POD_UID: '1-2-3',
    NODE_NAME: 'node-a',
    K8S_NODE_NAME: 'node-b',
    CONTAINER_NAME: ' ',
  }
  expect(resourceOf({ env })).toMatchObject({
    'k8s.pod.name': 'orders-1',
    'k8s.namespace.name': 'shop',
    'k8s.pod.uid': '1-2-3',
    'k8s.node.name': 'node-b',
  })
  expect(resourceOf({ env })).not.toHaveProperty('k8s.container.name')
})

test('outside of Kubernetes a variable such as NODE_NAME says nothing', () => {
  expect(Object.keys(resourceOf({ env: { NODE_NAME: 'mine', NAMESPACE: 'x' } })).join()).not.toContain('k8s')
})
