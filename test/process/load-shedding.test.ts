import { Agent, request } from 'node:http'
import { expect, test } from 'vitest'
import { type ProgramSettings, type RunningProgram, startProgram } from './start-service.ts'

interface Event {
  readonly event?: string
  readonly reason?: string
  readonly refused?: number
}

/** The service with the URLs of its listener and of its probes. */
async function start(
  mode: string,
  settings: ProgramSettings = {},
): Promise<{ service: RunningProgram; url: string; admin: string }> {
  const program = new URL('services/sheds.ts', import.meta.url)
  const service = startProgram(program, { MODE: mode, SEAWORTHY_ADMIN_PORT: '0' }, settings)
  const [, url = '', admin = ''] = (await service.line('listens ')).split(' ')
  return { service, url, admin }
}

function ask(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
      .on('error', reject)
      .end()
  })
}

/** Clients that each ask again as soon as they are answered, until `enough` says so; how often which status came. */
async function flood(
  url: string,
  clients: number,
  enough: (counts: Map<number, number>) => boolean,
  keepAlive = true,
): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive, maxSockets: clients })
  const counts = new Map<number, number>()
  const client = async (): Promise<void> => {
    while (!enough(counts)) {
      const status = await ask(url, agent)
      counts.set(status, (counts.get(status) ?? 0) + 1)
      // Far sooner than it was told, but not at once: a client that is busy with being refused takes the processor.
      if (status === 503) await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  agent.destroy()
  return counts
}

function eventsOf({ lines }: RunningProgram): readonly Event[] {
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event)
    .filter(({ event }) => event?.startsWith('shedding.') === true)
}

test(
  'a saturated event loop: part is served and part refused, nothing is lost, the probes say yes, and it ends',
  { timeout: 45_000 },
  async () => {
    const { service, url, admin } = await start('busy')
    await using _ = service
    const agent = new Agent({ keepAlive: true })
    const probes: number[] = []
    let isOver = false
    const probing = (async () => {
      while (!isOver) {
        probes.push(await ask(`${admin}/livez`, agent))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
    const enough = (counts: Map<number, number>): boolean =>
      (counts.get(503) ?? 0) >= 50 && (counts.get(200) ?? 0) >= 50
    const counts = await flood(`${url}/work`, 64, enough)
    isOver = true
    await probing
    expect(new Set(counts.keys())).toEqual(new Set([200, 503]))
    expect(new Set(probes)).toEqual(new Set([200]))
    // It was one thing, however the share went up and down, and over once nobody came any more.
    await service.line('shedding.ended')
    const [began, ended, ...more] = eventsOf(service)
    expect(began).toMatchObject({ event: 'shedding.began', reason: 'event_loop_delay' })
    expect(ended).toMatchObject({ event: 'shedding.ended', refused: counts.get(503) })
    expect(more).toEqual([])
    expect(await ask(`${url}/work`, agent)).toBe(200)
    agent.destroy()
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
  },
)

test(
  'clients with a connection for each request: they wait to be accepted while the loop is hardly late, and part is refused',
  { timeout: 45_000 },
  async () => {
    const { service, url } = await start('busy')
    await using _ = service
    const enough = (counts: Map<number, number>): boolean =>
      (counts.get(503) ?? 0) >= 50 && (counts.get(200) ?? 0) >= 50
    const counts = await flood(`${url}/work`, 64, enough, false)
    expect(new Set(counts.keys())).toEqual(new Set([200, 503]))
    await service.line('shedding.ended')
    expect(eventsOf(service)).toMatchObject([
      { event: 'shedding.began', reason: 'event_loop_delay' },
      { event: 'shedding.ended', refused: counts.get(503) },
    ])
  },
)

test(
  'a heap that fills up: requests are refused before the process dies of it, and served when there is room',
  { timeout: 45_000 },
  async () => {
    const flags = ['--max-old-space-size=96', '--expose-gc']
    const { service, url } = await start('memory', { flags })
    await using _ = service
    const agent = new Agent({ keepAlive: true })
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
    let served = 0
    while ((await ask(url, agent)) === 200) {
      served++
      await pause()
    }
    expect(served).toBeGreaterThan(10)
    // All of them are refused in the end: the memory is in use, whoever asks.
    for (let refused = 0; refused < 20;) refused = (await ask(url, agent)) === 503 ? refused + 1 : 0
    expect(await ask(`${url}/free`, agent)).toBe(200)
    await service.line('shedding.ended')
    expect(await ask(url, agent)).toBe(200)
    expect(eventsOf(service).map(({ event, reason }) => [event, reason])).toEqual([
      ['shedding.began', 'heap'],
      ['shedding.ended', 'heap'],
    ])
    agent.destroy()
  },
)
