import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { type Http2Drain, trackHttp2Server } from '../../src/server/http2-drain.ts'
import type { RawHttp2Connection } from '../../src/load/http2-client.ts'
import type { Http2Result } from '../../src/load/http2-client.ts'
import { bindHttp2, type Http2Handler, secureServer, startDrainedHttp2 } from './start-http2.ts'
import { until } from './start-server.ts'

/** A client is watched for a twentieth of it, and stays for a fifth when it comes in the drain. */
const DRAIN_MS = 1000
const WATCH_MS = 50
const NOTICE = 2 ** 31 - 1

interface Held {
  readonly clock: ManualClock
  readonly drain: Http2Drain
  readonly connect: () => RawHttp2Connection
  /** Answers what has come. */
  readonly answerAll: () => void
}

function holdAnswers(): { readonly handler: Http2Handler; readonly answerAll: () => void } {
  const held: (() => void)[] = []
  return {
    handler: (_, response) => void held.push(() => response.end('ok')),
    answerAll: () => held.splice(0).forEach((answer) => answer()),
  }
}

const STARTS: Readonly<Record<string, () => Promise<Held>>> = {
  plain: async () => {
    const clock = new ManualClock()
    const { handler, answerAll } = holdAnswers()
    return { clock, answerAll, ...(await startDrainedHttp2(handler, { drain: { clock } })) }
  },
  TLS: async () => {
    const clock = new ManualClock()
    const { handler, answerAll } = holdAnswers()
    const server = secureServer(handler)
    const drain = trackHttp2Server(server, { clock, name: 'secure' })
    return { clock, answerAll, drain, ...(await bindHttp2(server)) }
  },
}

/** So many requests, until the service has them. */
async function ask(
  { drain }: Held,
  client: RawHttp2Connection,
  count: number,
): Promise<readonly Promise<Http2Result>[]> {
  const before = drain.inFlight
  const requests = Array.from({ length: count }, () => client.request({ path: '/' }))
  await until(() => drain.inFlight === before + count)
  // The moment is looked for a turn later, the handler called in the next.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  return requests
}

async function answer({ drain, answerAll }: Held, asked: readonly Promise<Http2Result>[]): Promise<void> {
  answerAll()
  for (const each of asked) expect(await each).toMatchObject({ outcome: 'answered' })
  await until(() => drain.inFlight === 0)
}

test.each(Object.keys(STARTS))(
  '%s: a client is told while it waits for as many answers as it ever does, and not while some are about to be asked for',
  async (kind) => {
    const held = await (STARTS[kind] as () => Promise<Held>)()
    const client = held.connect()
    await answer(held, await ask(held, client, 3))
    held.drain.startDraining({ spreadMs: DRAIN_MS })
    const first = await ask(held, client, 2)
    // What has come by now was sent before these were answered.
    await answer(held, first)
    expect(client.goaways).toEqual([])
    const two = await ask(held, client, 2)
    const all = [...two, ...(await ask(held, client, 1))]
    await until(() => client.goaways.length > 0)
    await answer(held, all)
    expect(client.goaways[0] === NOTICE).toBe(kind === 'plain')
    await client.closed
  },
)

test.each(Object.keys(STARTS))(
  '%s: a client that comes to a server which drains may stay for a while',
  async (kind) => {
    const held = await (STARTS[kind] as () => Promise<Held>)()
    held.drain.startDraining({ spreadMs: DRAIN_MS })
    const client = held.connect()
    await answer(held, await ask(held, client, 1))
    await held.clock.advance(DRAIN_MS / 5 - 1)
    await answer(held, await ask(held, client, 1))
    expect(client.goaways).toEqual([])
    await held.clock.advance(1)
    const last = await ask(held, client, 1)
    await until(() => client.goaways.length > 0)
    await answer(held, last)
    await client.closed
  },
)

test('a client that is idle, and one whose moment does not come, are told all the same, long before the end', async () => {
  const held = await (STARTS['plain'] as () => Promise<Held>)()
  const [idle, slower] = [held.connect(), held.connect()]
  await answer(held, await ask(held, idle, 1))
  await answer(held, await ask(held, slower, 3))
  held.drain.startDraining({ spreadMs: DRAIN_MS })
  await answer(held, await ask(held, slower, 1))
  await held.clock.advance(WATCH_MS)
  expect([...idle.goaways, ...slower.goaways]).toEqual([])
  await held.clock.advance(2 * WATCH_MS)
  await until(() => idle.goaways.length > 0 && slower.goaways.length > 0)
  await Promise.all([idle.closed, slower.closed])
})
