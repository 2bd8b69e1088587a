import { expect, test } from 'vitest'
import { readDeclared } from '../../../src/trial/declared/read-declared.ts'
import { makeFolder } from './folder.ts'

const DEPLOYMENT = `apiVersion: v1
kind: Service
metadata: { name: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 10
  strategy:
    rollingUpdate: { maxSurge: 25%, maxUnavailable: 25% }
  template:
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: proxy
          image: proxy
        - name: shop
          ports:
            - { name: metrics, containerPort: 9000 }
            - { name: http, containerPort: 8080 }
          env:
            - { name: HOST, value: db.shop }
            - { name: DATABASE_URL, value: "postgres://$(HOST)/shop?x=$$(HOST)" }
            - name: PASSWORD
              valueFrom: { secretKeyRef: { name: db, key: password } }
            - { name: LOG_LEVEL, value: debug }
          resources: { limits: { memory: 512Mi } }
          lifecycle: { preStop: { exec: { command: [/bin/sh, -c, "sleep 7"] } } }
          readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 5, failureThreshold: 2 }
          livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 30 }
          startupProbe: { tcpSocket: { port: http }, periodSeconds: 2, failureThreshold: 30 }
`

async function read(manifest: string, chosen = '', env = {}) {
  return readDeclared({ manifest: `deploy.yaml${chosen}` }, { cwd: await makeFolder({ 'deploy.yaml': manifest }), env })
}

const known = <T>(value: T) => ({ value, origin: 'manifest' as const })

test("a Deployment gives its own numbers, and Kubernetes' where it says nothing", async () => {
  const declared = await read(DEPLOYMENT, '', { LOG_LEVEL: 'info' })
  expect(declared).toMatchObject({
    port: known(8080),
    graceMs: known(45_000),
    preStopMs: known(7000),
    preStop: known({ kind: 'sleep', ms: 7000 }),
    startupMs: known(60_000),
    memoryLimitBytes: known(512 * 1024 * 1024),
    replicas: known(10),
    maxSurge: known(3),
    maxUnavailable: known(2),
  })
  expect(declared.probes.ready).toEqual({
    path: known('/readyz'),
    port: known(8080),
    periodMs: known(5000),
    timeoutMs: known(1000),
    failureThreshold: known(2),
    initialDelayMs: known(0),
  })
  expect(declared.probes.live).toMatchObject({ periodMs: known(10_000), initialDelayMs: known(30_000) })
  expect(declared.probes.startup).toMatchObject({ periodMs: known(2000), failureThreshold: known(30) })
  expect(declared.probes.startup?.path).toBeUndefined()
})

test('variables of a manifest are expanded and yield to the environment of the command', async () => {
  const declared = await read(DEPLOYMENT, '', { LOG_LEVEL: 'info' })
  expect(declared.env).toEqual({
    HOST: known('db.shop'),
    DATABASE_URL: known('postgres://db.shop/shop?x=$(HOST)'),
  })
})

test('what is left out is said with its place', async () => {
  const { notes } = await read(DEPLOYMENT)
  expect(notes).toEqual([
    'deploy.yaml:20: of the containers proxy, shop, shop is the one under trial',
    expect.stringMatching(/^deploy\.yaml:34: .*startupProbe asks by tcpSocket, which is not tried/),
    expect.stringMatching(/^deploy\.yaml:27: the value of PASSWORD is in a secretKeyRef/),
  ])
})

const OF_A_SECRET = `kind: Pod
metadata: { name: shop }
spec:
  containers:
    - name: shop
      env:
        - { name: PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }
        - { name: DATABASE_URL, value: "postgres://shop:$(PASSWORD)@db/shop" }
`

test.each([
  ['the environment of the command', { env: { PASSWORD: 'open' } }],
  ['--env', { flags: { env: ['PASSWORD=open'] } }],
])('a variable of a secret that %s sets needs no word, and is put into those that name it', async (_, said) => {
  const { env = {}, flags = {} } = said as { env?: Record<string, string>; flags?: Record<string, string[]> }
  const cwd = await makeFolder({ 'deploy.yaml': OF_A_SECRET })
  const declared = await readDeclared({ manifest: 'deploy.yaml', ...flags }, { cwd, env })
  expect(declared.notes).toEqual([])
  expect(declared.env['DATABASE_URL']).toEqual(known('postgres://shop:open@db/shop'))
})

const POD = (name: string, more = ''): string =>
  `kind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: main${more} }] }\n`

test('of several workloads one is named', async () => {
  const both = `${POD('one', ', ports: [{ containerPort: 1001 }]')}---\n${POD('two', ', ports: [{ containerPort: 1002 }]')}`
  await expect(read(both)).rejects.toThrow('several workloads: one, two. Name one: --manifest FILE#one.')
  await expect(read(both, '#tow')).rejects.toThrow('has no workload "tow". Did you mean "two"?')
  expect((await read(both, '#two')).port).toEqual(known(1002))
  expect((await read(both, '#two/main')).port).toEqual(known(1002))
  await expect(read(both, '#two/mian')).rejects.toThrow('has no container "mian". Did you mean "main"?')
})

test.each([
  ['StatefulSet', 'spec: { replicas: 3, template: { spec: { containers: [{ name: a }] } } }', [3, 0, 1]],
  ['DaemonSet', 'spec: { template: { spec: { containers: [{ name: a }] } } }', [1, 0, 1]],
  ['Deployment', 'spec: { replicas: 3, template: { spec: { containers: [{ name: a }] } } }', [3, 1, 0]],
  [
    'Deployment',
    'spec: { replicas: 3, strategy: { type: Recreate }, template: { spec: { containers: [{ name: a }] } } }',
    [3, 0, 3],
  ],
  ['Pod', 'spec: { containers: [{ name: a }] }', [1, 0, 1]],
])('a %s is rolled out as Kubernetes does it: %s', async (kind, spec, [replicas, surge, unavailable]) => {
  const declared = await read(`kind: ${kind}\nmetadata: { name: a }\n${spec}\n`)
  expect(declared).toMatchObject({
    replicas: known(replicas),
    maxSurge: known(surge),
    maxUnavailable: known(unavailable),
  })
})

test.each([
  ['sleep: { seconds: 3 }', { kind: 'sleep', ms: 3000 }],
  ['exec: { command: [sleep, "3"] }', { kind: 'sleep', ms: 3000 }],
  ['exec: { command: [/usr/bin/sleep, 0.5] }', { kind: 'sleep', ms: 500 }],
  ['exec: { command: [/app/stop, --now] }', { kind: 'exec', command: ['/app/stop', '--now'] }],
  ['httpGet: { path: /drain, port: 8080 }', { kind: 'httpGet', path: '/drain', port: 8080 }],
])('preStop with %s', async (hook, preStop) => {
  const declared = await read(POD('a', `, lifecycle: { preStop: { ${hook} } }`))
  expect(declared.preStop).toEqual(known(preStop))
  expect(declared.preStopMs).toEqual('ms' in preStop ? known(preStop.ms) : undefined)
})

test('anchors and merge keys are written out', async () => {
  const declared = await read(`x: &probe { periodSeconds: 4 }
---
kind: Pod
metadata: { name: a }
spec:
  containers:
    - name: main
      readinessProbe: &r { httpGet: { path: /r, port: 80 }, periodSeconds: 4 }
      livenessProbe:
        <<: *r
        periodSeconds: 6
`)
  expect(declared.probes.live).toMatchObject({ path: known('/r'), periodMs: known(6000) })
})

test.each([
  [
    'a wrong number',
    POD('a', ', resources: { limits: { memory: lots } }'),
    'deploy.yaml:3: spec.containers[0].resources.limits.memory is "lots"',
  ],
  ['a number without its unit', POD('a', ', resources: { limits: { memory: 512 } }'), 'add the unit'],
  [
    'a port that has no name',
    POD('a', ', readinessProbe: { httpGet: { path: /, port: web } }'),
    'no port of the container has this name',
  ],
  [
    'a template',
    'kind: {{ .Values.kind }}\nspec: {{ toYaml x | nindent 2 }}\n',
    'deploy.yaml:1 is a template. Give what "helm template" makes of it',
  ],
  ['no workload', 'kind: Service\n', 'has no Deployment, StatefulSet, DaemonSet, Pod; it holds Service'],
  ['no file', undefined, "which can't be read (ENOENT)"],
])('%s is refused with its place', async (_what, manifest, says) => {
  const cwd = await makeFolder(manifest === undefined ? {} : { 'deploy.yaml': manifest })
  const reading = readDeclared({ manifest: 'deploy.yaml' }, { cwd, env: {} })
  await expect(reading).rejects.toMatchObject({
    code: 'SEA_TRIAL_DECLARATION_INVALID',
    message: expect.stringContaining(says) as string,
  })
})

test('a hook whose command is not run counts as the time that is said of it; one that is done is not done when a time is said', async () => {
  const said = async (hook: string) => {
    const manifest = POD('a', `, lifecycle: { preStop: { ${hook} } }`)
    const folder = await makeFolder({ 'deploy.yaml': manifest })
    return readDeclared({ manifest: 'deploy.yaml', 'pre-stop': '4s' }, { cwd: folder, env: {} })
  }
  expect(await said('exec: { command: [/app/stop] }')).toMatchObject({
    preStop: known({ kind: 'exec', command: ['/app/stop'] }),
    preStopMs: { value: 4000, origin: 'flag' },
  })
  const http = await said('httpGet: { path: /drain, port: 8080 }')
  expect(http.preStop).toBeUndefined()
  expect(http.preStopMs).toEqual({ value: 4000, origin: 'flag' })
})
