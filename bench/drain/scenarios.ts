import { sleep } from '../../src/core/wait.ts'
import { type KeptConnection, runSteadyClient, type SteadyClientOptions } from '../../src/load/steady-client.ts'
import { everyConnected, everyRequest, everyWithinLag, type Play, type Scenario, type Stage } from './scenario.ts'
import {
  BUSY_CLIENTS,
  ENDPOINT_LAG_MS,
  IDLE_CONNECTIONS,
  LATE_USE_MS,
  LOAD_BEFORE_MS,
  LONG_LIVED,
  NEW_PER_SECOND,
  PATIENCE_MS,
  REQUEST_TIMEOUT_MS,
  SLOW_MAX_MS,
  SLOW_MIN_MS,
  SLOW_REQUESTS,
  STOP_LIMIT_MS,
  WIRE_DELAY_MS,
  WORK_MS,
} from './settings.ts'

const answersRequests = (): boolean => true
const WORK = { path: `/wait/${WORK_MS}`, timeoutMs: REQUEST_TIMEOUT_MS }
/** How long before SIGTERM the slow requests are sent, so that they are at the service, wire and all. */
const SLOW_LEAD_MS = 250

const busyWithLag: Scenario = {
  id: 'keep-alive',
  title: 'Keep-alive clients with work, and a load balancer that has not heard',
  what: `${BUSY_CLIENTS} clients, each on one connection, each sends its next request as soon as it has its answer. For ${ENDPOINT_LAG_MS} ms after SIGTERM they go on, on a new connection where the old one is closed or said \`Connection: close\`. Every request of that time counts; also one that is refused.`,
  isFor: answersRequests,
  wireDelaysMs: [0, WIRE_DELAY_MS],
  precondition: { inFlight: 1, idle: 0 },
  counts: everyWithinLag,
  begin: (stage) => beginBusy(stage, { signal: stage.lag, onRefused: 'try-again' }),
}

const busyUntilClosed: Scenario = {
  id: 'until-closed',
  title: 'Keep-alive clients with work, until the port is closed',
  what: `The same ${BUSY_CLIENTS} clients, but they go on until a connection is refused (or for ${PATIENCE_MS} ms), through the very moment at which the service closes. A refused connection counts for nothing; a request that was sent on a connection that stood counts.`,
  isFor: answersRequests,
  wireDelaysMs: [0, WIRE_DELAY_MS],
  precondition: { inFlight: 1, idle: 0 },
  counts: everyConnected,
  begin: (stage) => beginBusy(stage, { signal: stage.patience, onRefused: 'gone' }),
}

async function beginBusy(stage: Stage, mode: Pick<SteadyClientOptions, 'signal' | 'onRefused'>): Promise<Play> {
  const { clock, journal, connect, random } = stage
  const clients = Array.from({ length: BUSY_CLIENTS }, async (_, index) => {
    // Not in step: a lucky moment for all at once would be as wrong as an unlucky one.
    await sleep(clock, random() * 50)
    await runSteadyClient({ clock, journal, name: `client ${index}`, connect, request: WORK, ...mode })
  })
  await sleep(clock, LOAD_BEFORE_MS + random() * 50)
  return { idle: () => BUSY_CLIENTS - journal.inFlight, goOn: async () => void (await Promise.all(clients)) }
}

const newConnections: Scenario = {
  id: 'new-connections',
  title: 'Every request on a connection of its own',
  what: `${NEW_PER_SECOND} requests a second, whatever the service does, each on a new connection and with \`Connection: close\`; for ${ENDPOINT_LAG_MS} ms after SIGTERM, too. Every one counts.`,
  isFor: answersRequests,
  wireDelaysMs: [0, WIRE_DELAY_MS],
  precondition: { inFlight: 1, idle: 0 },
  counts: everyWithinLag,
  async begin({ clock, journal, connect, random, lag, lastOne }) {
    const request = { ...WORK, headers: lastOne }
    const open = new Set<Promise<unknown>>()
    const startedAt = clock.now()
    const sending = (async () => {
      for (let index = 0; !lag.aborted; index++) {
        await sleep(clock, Math.max(0, startedAt + (index * 1000) / NEW_PER_SECOND - clock.now()), { signal: lag })
        if (lag.aborted) return
        const connection = connect()
        const sent = journal.send(`connection ${index}`, connection, request)
        open.add(sent)
        void sent.then(() => {
          open.delete(sent)
          connection.close()
        })
      }
    })()
    await sleep(clock, LOAD_BEFORE_MS + random() * 20)
    return {
      idle: () => 0,
      async goOn() {
        await sending
        await Promise.all(open)
      },
    }
  },
}

const slowInFlight: Scenario = {
  id: 'slow',
  title: 'Slow requests in flight',
  what: `${SLOW_REQUESTS} requests that take ${SLOW_MIN_MS} to ${SLOW_MAX_MS} ms are in flight at SIGTERM, half of them on connections that were used before. Nothing is sent after it.`,
  isFor: answersRequests,
  wireDelaysMs: [WIRE_DELAY_MS],
  precondition: { inFlight: SLOW_REQUESTS, idle: 0 },
  counts: everyRequest,
  async begin({ clock, journal, connect, random }) {
    const connections = Array.from({ length: SLOW_REQUESTS }, connect)
    await Promise.all(connections.filter((_, index) => index % 2 === 0).map((connection) => connection.request(WORK)))
    const sent = connections.map((connection, index) => {
      const ms = Math.round(SLOW_MIN_MS + random() * (SLOW_MAX_MS - SLOW_MIN_MS))
      return journal.send(`connection ${index}`, connection, { path: `/wait/${ms}`, timeoutMs: REQUEST_TIMEOUT_MS })
    })
    await sleep(clock, SLOW_LEAD_MS)
    return {
      idle: () => 0,
      async goOn() {
        await Promise.all(sent)
        for (const connection of connections) connection.close()
      },
    }
  },
}

const idleUsedOnce: Scenario = {
  id: 'idle',
  title: 'Idle keep-alive connections, used once more',
  what: `${IDLE_CONNECTIONS} connections that have served a request and are idle at SIGTERM. Each is used once at a random moment of the ${ENDPOINT_LAG_MS} ms after it, or, where the client knows that it is closed, a new one. Every one counts.`,
  isFor: answersRequests,
  wireDelaysMs: [0, WIRE_DELAY_MS],
  precondition: { inFlight: 0, idle: IDLE_CONNECTIONS },
  counts: everyWithinLag,
  async begin({ clock, journal, connect, random }) {
    const connections = await idleConnections(connect)
    return {
      idle: () => connections.filter(({ isUsable }) => isUsable).length,
      async goOn() {
        await Promise.all(
          connections.map(async (idle, index) => {
            await sleep(clock, random() * (ENDPOINT_LAG_MS - 50))
            const connection = idle.isUsable ? idle : connect()
            await journal.send(`connection ${index}`, connection, WORK)
            connection.close()
          }),
        )
      },
    }
  },
}

const idleUsedLate: Scenario = {
  id: 'idle-late',
  title: 'Idle keep-alive connections, used while they are being closed',
  what: `${IDLE_CONNECTIONS} idle connections again. Each is used once at a random moment of the ${LATE_USE_MS} ms after SIGTERM, past every delay, if its client does not know by then that it is closed; otherwise not at all. HTTP/1.1 has no answer to a request that meets the close on its way (RFC 9112 §9.6), so no server is at 0 here except by luck: what differs is how often the two can meet. HTTP/2 has one, its GOAWAY.`,
  isFor: answersRequests,
  wireDelaysMs: [WIRE_DELAY_MS],
  precondition: { inFlight: 0, idle: IDLE_CONNECTIONS },
  isResidue: true,
  counts: everyConnected,
  async begin({ clock, journal, connect, random }) {
    const connections = await idleConnections(connect)
    return {
      idle: () => connections.filter(({ isUsable }) => isUsable).length,
      async goOn() {
        await Promise.all(
          connections.map(async (connection, index) => {
            await sleep(clock, random() * LATE_USE_MS)
            if (connection.isUsable) await journal.send(`connection ${index}`, connection, WORK)
            connection.close()
          }),
        )
      },
    }
  },
}

async function idleConnections(connect: () => KeptConnection): Promise<readonly KeptConnection[]> {
  const connections = Array.from({ length: IDLE_CONNECTIONS }, connect)
  await Promise.all(connections.map((connection) => connection.request(WORK)))
  return connections
}

const eventStreams: Scenario = {
  id: 'event-streams',
  title: 'Server-sent events',
  what: `${LONG_LIVED} clients listen to a stream of events that has no end of its own. A stream that the service ends as HTTP ends a body is answered: its client knows that it has everything and comes back elsewhere. One that is cut is truncated.`,
  isFor: ({ kind }) => kind !== 'grpc',
  wireDelaysMs: [WIRE_DELAY_MS],
  precondition: { inFlight: LONG_LIVED, idle: 0 },
  counts: everyRequest,
  async begin({ clock, journal, connect, random }) {
    const streams = Array.from({ length: LONG_LIVED }, (_, index) =>
      journal.send(`client ${index}`, connect(), { path: '/events', timeoutMs: STOP_LIMIT_MS + LOAD_BEFORE_MS }),
    )
    await sleep(clock, LOAD_BEFORE_MS + random() * 50)
    return { idle: () => 0, goOn: async () => void (await Promise.all(streams)) }
  },
}

const webSockets: Scenario = {
  id: 'web-sockets',
  title: 'WebSockets',
  what: `${LONG_LIVED} WebSockets send a message, get it back, and send the next. One that the service ends with a close frame is answered: its client comes back elsewhere. One whose connection just ends (1006 in a browser) is truncated.`,
  isFor: ({ hasWebSockets }) => hasWebSockets === true,
  wireDelaysMs: [WIRE_DELAY_MS],
  precondition: { inFlight: LONG_LIVED, idle: 0 },
  counts: everyRequest,
  async begin({ clock, journal, openWebSocket, random }) {
    const sockets = Array.from({ length: LONG_LIVED }, openWebSocket)
    const open = sockets.map((socket, index) =>
      journal.send(`client ${index}`, socket, { path: '/ws', timeoutMs: STOP_LIMIT_MS + LOAD_BEFORE_MS }),
    )
    await sleep(clock, LOAD_BEFORE_MS + random() * 50)
    return {
      idle: () => sockets.filter(({ isOpen, messageCount }) => isOpen && messageCount === 0).length,
      goOn: async () => void (await Promise.all(open)),
    }
  },
}

/** In the order of the page. */
export const SCENARIOS: readonly Scenario[] = [
  busyWithLag,
  newConnections,
  slowInFlight,
  idleUsedOnce,
  busyUntilClosed,
  eventStreams,
  webSockets,
  idleUsedLate,
]
