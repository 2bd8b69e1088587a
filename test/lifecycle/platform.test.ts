import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { detectPlatform, findPlatform, PLATFORM_NAMES, PLATFORMS } from '../../src/lifecycle/platform.ts'

describe('a platform is recognised by what it leaves in a process', () => {
  test.each([
    ['kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 30_000],
    ['ecs', { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/1' }, 30_000],
    ['cloud-run', { K_SERVICE: 'shop', K_REVISION: 'shop-00001' }, 10_000],
    ['heroku', { DYNO: 'web.1' }, 30_000],
    ['fly', { FLY_MACHINE_ID: '3d8d' }, 5000],
    ['nomad', { NOMAD_ALLOC_ID: '5fc98' }, 5000],
    ['pm2', { pm_id: '0' }, 1600],
    ['docker', { container: 'podman' }, 10_000],
  ])('%s by %j', (id, env, graceMs) => {
    expect(detectPlatform({ env })).toMatchObject({ id, graceMs })
  })

  test.each(['/.dockerenv', '/run/.containerenv'])('a bare container by %s', (file) => {
    expect(detectPlatform({ env: {}, hasFile: (path) => path === file })?.id).toBe('docker')
  })

  test('systemd by the id of the process that it started', () => {
    expect(detectPlatform({ env: { SYSTEMD_EXEC_PID: '42' }, pid: 42 })).toMatchObject({
      id: 'systemd',
      graceMs: 90_000,
    })
  })
})

describe('what only looks like a platform is none', () => {
  test.each([
    ['nothing', { env: {} }],
    ['an empty variable', { env: { KUBERNETES_SERVICE_HOST: '' } }],
    ['a child of what systemd started: npm may give it less time', { env: { SYSTEMD_EXEC_PID: '42' }, pid: 43 }],
    [
      'a shell in a terminal of a desktop, below a unit',
      { env: { INVOCATION_ID: 'a1', SYSTEMD_EXEC_PID: '7' }, pid: 99 },
    ],
    ['DYNO with another meaning', { env: { DYNO: 'yes' } }],
    ['no files', { env: {}, hasFile: () => false }],
  ])('%s', (_what, around) => {
    expect(detectPlatform(around)).toBeUndefined()
  })
})

describe('of two platforms, the inner one counts: it kills first', () => {
  const hasFile = () => true
  test.each([
    ['a pod is a container, too', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 'kubernetes'],
    ['PM2 inside a pod', { KUBERNETES_SERVICE_HOST: '10.0.0.1', pm_id: '0' }, 'pm2'],
    ['Knative on Kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1', K_SERVICE: 'a', K_REVISION: 'b' }, 'kubernetes'],
    ['a container of Nomad', { NOMAD_ALLOC_ID: 'a' }, 'nomad'],
  ])('%s', (_what, env, id) => {
    expect(detectPlatform({ env, hasFile })?.id).toBe(id)
  })
})

test('each platform has an id of its own, a number, and a page of its vendor that says so', () => {
  expect(new Set(PLATFORMS.map(({ id }) => id)).size).toBe(PLATFORMS.length)
  for (const { graceMs, source, title } of PLATFORMS) {
    expect(graceMs, title).toBeGreaterThan(0)
    expect(source, title).toMatch(/^https:\/\//)
  }
})

test('a platform is found by each of its names, Docker by Compose and Podman, too', () => {
  for (const name of PLATFORM_NAMES) expect(findPlatform(name), name).toBeDefined()
  expect(findPlatform('compose')?.id).toBe('docker')
  expect(findPlatform('none')).toBeUndefined()
})

test('the guide tells of each platform, with the same number', () => {
  const guide = readFileSync(new URL('../../docs/guide/shutdown.md', import.meta.url), 'utf8')
  for (const { title, graceMs } of PLATFORMS) {
    expect(guide).toMatch(new RegExp(`^\\| ${title} \\|.*\\| ${graceMs / 1000} s \\|`, 'm'))
  }
})
