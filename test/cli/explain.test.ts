import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createService } from '../../src/service/service.ts'
import { runCommand } from './run-command.ts'

const explain = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand(['explain', 'budget', ...args], env)

/** What a failing run must say, and that it is wrong usage. */
async function refusal(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['explain', ...args], env)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  return stderr
}

describe('from flags and the environment', () => {
  test('a budget that fits: exit code 0', async () => {
    expect(await explain(['--platform', 'kubernetes', '--in-flight', '15s'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/inFlight\s+15s {2}--in-flight\n[^]*≤ grace\s+30s[^]*It fits: 0ms to spare\./),
    })
  })

  test('a budget that does not: exit code 1, and what to change', async () => {
    const { code, stdout } = await explain(['--platform', 'compose'])
    expect(code).toBe(1)
    expect(stdout).toContain('> grace       10s  what Docker or Compose gives by default')
    expect(stdout).toContain('Raise stop_grace_period (Compose)')
    // Nobody has chosen any.
    expect(stdout).not.toContain('shorten the slices')
    expect((await explain(['--platform', 'compose', '--stop', '5s'])).stdout).toContain('shorten the slices')
  })

  test('each flag reaches its slice, and wins over its variable', async () => {
    const flags = { 'pre-stop': 1, 'drain-delay': 2, 'in-flight': 3, stop: 4, flush: 5, margin: 6, grace: 21 }
    const args = Object.entries(flags).flatMap(([flag, seconds]) => [`--${flag}`, `${seconds}s`])
    const variables = { SEAWORTHY_DRAIN_DELAY: '9s', SEAWORTHY_GRACE_SECONDS: '9', SEAWORTHY_PRE_STOP_SECONDS: '9' }
    const { code, stdout } = await explain([...args, '--json'], variables)
    expect(code).toBe(0)
    const { lines, spareMs } = JSON.parse(stdout) as { lines: { ms: number; source: string }[]; spareMs: number }
    expect(lines.map(({ ms, source }) => [source, ms])).toEqual(
      Object.entries(flags).map(([flag, seconds]) => [`--${flag}`, seconds * 1000]),
    )
    expect(spareMs).toBe(0)
  })

  test('the variables of a service count, and --terminal is a person at one', async () => {
    const { stdout } = await explain(['--platform', 'none', '--terminal'], {
      SEAWORTHY_GRACE_SECONDS: '60',
      SEAWORTHY_PRE_STOP_SECONDS: '3',
    })
    expect(stdout).toMatch(/preStop\s+3s {2}SEAWORTHY_PRE_STOP_SECONDS/)
    expect(stdout).toMatch(/drainDelay\s+0ms {2}default on a terminal/)
    expect(stdout).toMatch(/grace\s+1m {2}SEAWORTHY_GRACE_SECONDS/)
  })
})

describe('what may be misunderstood', () => {
  test('variables that only seaworthy/register reads are named, with the flags to say the same', async () => {
    const variables = { SEAWORTHY_IN_FLIGHT: '20s', SEAWORTHY_STOP: '3s', SEAWORTHY_FLUSH: ' ' }
    const { stdout } = await explain(['--platform', 'none'], variables)
    expect(stdout).toContain(
      'SEAWORTHY_IN_FLIGHT, SEAWORTHY_STOP are set and left out: only seaworthy/register reads them. For a process that is started with it, add --in-flight 20s --stop 3s.',
    )
    const { stdout: both } = await explain(['--platform', 'none', '--in-flight', '20s'], variables)
    expect(both).toContain('SEAWORTHY_STOP is set and left out')
    expect(both).not.toContain('SEAWORTHY_IN_FLIGHT')
  })

  test('on a terminal, what Docker gives counts for docker stop, and not for Ctrl-C', async () => {
    const { stdout } = await explain(['--platform', 'docker', '--terminal'])
    expect(stdout).toContain('so a service starts, and on a terminal it does not even warn')
    expect(stdout).toContain('At the terminal itself, Ctrl-C has no limit; only a stop from outside kills after 10s.')
  })
})

describe('of a running service', () => {
  async function startService(token?: string): Promise<string> {
    const service = createService({
      name: 'shop',
      env: { SEAWORTHY_GRACE_SECONDS: '40' },
      telemetry: false,
      logging: { level: 'silent' },
      admin: { port: 0, host: '127.0.0.1', ...(token === undefined ? {} : { token }) },
      shutdown: { drainDelay: 0, inFlight: '22s' },
    })
    await service.start()
    onTestFinished(async () => void (await service.stop()))
    return service.adminAddress?.url ?? ''
  }

  test('what it goes by is printed as it worked it out', async () => {
    const { code, stdout } = await explain(['--url', await startService()])
    expect(code).toBe(0)
    expect(stdout).toMatch(/inFlight\s+22s {2}shutdown\.inFlight/)
    expect(stdout).toMatch(/grace\s+40s {2}SEAWORTHY_GRACE_SECONDS/)
  })

  test('the page is only for this machine and for those with the token', async () => {
    const url = new URL('/-/budget', await startService('s3cret'))
    const far = { headers: { 'x-forwarded-for': '203.0.113.1' } }
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(url, far)).status).toBe(401)
    const asked = await fetch(url, { headers: { ...far.headers, authorization: 'Bearer s3cret' } })
    expect(await asked.json()).toMatchObject({ verdict: 'fits', totalMs: 32_000, graceMs: 40_000 })
  })

  test('a refusal, another server, and nobody there are told apart', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer right' ? 200 : 401
      response.end('{}')
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await refusal(['budget', '--url', url])).toContain('wants a token')
    const token = { SEAWORTHY_ADMIN_TOKEN: 'right' }
    expect(await refusal(['budget', '--url', url], token)).toContain('answered 200 and no budget')
    await new Promise((resolve) => void server.close(resolve))
    expect(await refusal(['budget', '--url', url])).toContain("can't be reached")
  })
})

describe('wrong usage', () => {
  test.each([
    [[], '"explain" needs a topic'],
    [['--json'], '"explain" needs a topic'],
    [['bugdet'], 'Did you mean "budget"?'],
    [['budget', '--in-fligth', '3s'], 'Did you mean "--in-flight"?'],
    [['budget', '--grace', '30'], '--grace is "30", expected a time'],
    [['budget', '--stop', 'soon', '--grace', '30'], '--stop is "soon" and --grace is "30", expected a time'],
    [['budget', '--platform', 'kubernets'], 'Did you mean "kubernetes"?'],
    [['budget', '--url', 'localhost:9091'], 'Write it like http://127.0.0.1:9091.'],
    [['budget', '--url', 'http://127.0.0.1:9', '--grace', '3s'], "--grace can't be combined with --url"],
  ])('%j', async (args, text) => {
    expect(await refusal(args)).toContain(text)
  })
})

test('the help of the command lists its topics, and that of the topic its options', async () => {
  const { stdout } = await runCommand(['explain', '--help'])
  expect(stdout).toContain('Topics:\n  budget  The time budget')
  expect((await explain(['--help'])).stdout).toMatch(/^Usage: seaworthy explain budget \[options\]/)
})
