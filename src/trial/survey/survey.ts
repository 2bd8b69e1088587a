import { isSeaworthyError, SeaworthyError } from '../../core/seaworthy-error.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../load/random.ts'
import { findPidNamespace } from '../../process/pid-namespace.ts'
import { quietPort } from '../../process/quiet-port.ts'
import type { Declared } from '../declared/declared.ts'
import type { Facts } from '../facts.ts'
import { createBridge } from '../ship/bridge.ts'
import type { Ship } from '../ship/ship.ts'
import { findDoor } from './find-door.ts'
import { findDependencies } from './find-dependencies.ts'
import { Doors } from './find-doors.ts'
import { findProbes } from './find-probes.ts'
import { findRoutes } from './find-routes.ts'
import { findUpload } from './find-upload.ts'
import { findLaterOffer } from './later-offer.ts'
import { mergeProbes } from './merge-probes.ts'
import { notListening } from './not-listening.ts'
import { ADMIN_PORT_VARIABLE, ALWAYS, LATER, offerPorts, offeredEnv, type PortOffer } from './port-variables.ts'
import { provisionalFacts } from './provisional-facts.ts'
import { FAST_EXPORTS, watchTelemetry } from './watch-telemetry.ts'
import { findWarnings } from './find-warnings.ts'
import { standsBeside } from './second-copy.ts'

export interface SurveyOptions {
  readonly declared: Declared
  readonly command: readonly string[]
  readonly cwd: string
  /** Of the caller: the service gets all of it. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly random: Random
  /** Gives it up. */
  readonly signal: AbortSignal
  readonly say: (what: string) => void
  readonly unixMs: () => number
  readonly trialId: string
}

/**
 * Starts the service once, looks at it from outside, and puts together what was declared, what was found, and the defaults.
 * Nothing of the service is left running.
 *
 * @throws {@link SeaworthyError} `SEA_PROCESS_NOT_STARTED` when there is no such command, `SEA_TRIAL_NOT_LISTENING` when it
 * opened no port that speaks HTTP, `SEA_TRIAL_NO_ROUTE` when no request is answered with success
 */
export async function survey(options: SurveyOptions): Promise<Facts> {
  let hasEnded = false
  const ended = (): void => {
    hasEnded = true
  }
  try {
    return await surveyWith(options, ALWAYS, ended)
  } catch (error) {
    const isRefusal = isSeaworthyError(error) && error.code === 'SEA_TRIAL_NOT_LISTENING'
    if (options.signal.aborted || !hasEnded || !isRefusal) throw error
    // Such as one whose usual port is taken, and that is told another one by a variable that is not always offered.
    return surveyWith(options, [...ALWAYS, ...LATER], ended).catch(() => {
      throw error
    })
  }
}

/** @param ended is told when nothing can be found because the service has ended */
async function surveyWith(options: SurveyOptions, variables: readonly string[], ended: () => void): Promise<Facts> {
  const { declared, command, cwd, clock, random, signal, say, unixMs, trialId } = options
  const adminPort = options.env[ADMIN_PORT_VARIABLE] === undefined ? await quietPort('127.0.0.1') : undefined
  const env = {
    ...options.env,
    ...Object.fromEntries(Object.entries(declared.env).map(([name, { value }]) => [name, value])),
    ...(adminPort === undefined ? {} : { [ADMIN_PORT_VARIABLE]: String(adminPort) }),
  }
  const provisional = provisionalFacts({ declared, command, cwd, env })
  const { dependencies, warnings } = await findDependencies(clock, declared, env)
  const offers = await offerPorts(env, () => quietPort('127.0.0.1'), variables)
  let lifetimes = 0
  await using bridge = createBridge({
    facts: provisional,
    pace: 'default',
    clock,
    random,
    signal,
    say,
    voyage: 'survey',
    trialId,
    nextLifetimeId: () => lifetimes++,
    unixMs,
  })
  say('Starts the service to look at it')
  await using ship = await bridge.launch({
    label: 'survey',
    until: 'spawned',
    env: { ...offeredEnv(offers), ...FAST_EXPORTS },
    ...(offers[0] === undefined ? {} : { port: offers[0].port }),
  })
  const found = await look(options, provisional, ship, {
    offers,
    adminPort,
    findLaterOffer: (readyAfterMs) => findLaterOffer({ bridge, ship, adminPort, untilMs: secondCopyMs(readyAfterMs) }),
    standsBeside: (offer, readyAfterMs) =>
      standsBeside({ bridge, ship, offer, adminPort, untilMs: secondCopyMs(readyAfterMs) }),
  }).catch((error: unknown) => {
    if (!ship.isRunning) ended()
    throw error
  })
  const exitAfterMs = await stop(ship, provisional)
  return {
    ...provisional,
    ...found.facts,
    dependencies,
    normal: { ...found.facts.normal, ...(exitAfterMs === undefined ? {} : { exitAfterMs }) },
    telemetry: watchTelemetry(ship.history),
    machine: { ...provisional.machine, hasPidNamespaces: (await findPidNamespace()) !== undefined },
    warnings: [...provisional.warnings, ...warnings, ...found.warnings(dependencies)],
  }
}

/** Two that start on a busy machine take longer than one. */
const SECOND_COPY_MORE_MS = 2000
const secondCopyMs = (readyAfterMs: number): number => 2 * readyAfterMs + SECOND_COPY_MORE_MS

interface Offered {
  readonly offers: Awaited<ReturnType<typeof offerPorts>>
  /** What the runtime was told for its admin port; absent when the user had told it. */
  readonly adminPort: number | undefined
  /** Asks for the variables that are not always offered, of a service that obeyed no other. */
  readonly findLaterOffer: (readyAfterMs: number) => Promise<PortOffer | undefined>
  /** Whether a copy that is told its port in this way runs beside the first. */
  readonly standsBeside: (offer: PortOffer | undefined, readyAfterMs: number) => Promise<boolean>
}

type FoundFacts = Pick<Facts, 'host' | 'port' | 'protocol' | 'routes' | 'probes' | 'normal' | 'standsBeside'> &
  Partial<Pick<Facts, 'portVariable' | 'portTemplate' | 'adminPortVariable' | 'upload' | 'probesOverHttp2'>>

async function look(
  { declared, clock, signal, say, command }: SurveyOptions,
  facts: Facts,
  ship: Ship,
  { offers, adminPort, findLaterOffer, standsBeside }: Offered,
): Promise<{ readonly facts: FoundFacts; readonly warnings: Awaited<ReturnType<typeof findWarnings>> }> {
  const { history } = ship
  const startupMs = facts.startupMs.value
  const begunAt = history.soFar('spawned')[0]?.at ?? 0
  const beganOnClock = clock.now() - history.now()
  const doors = new Doors(history, clock, declared.host?.value)
  const isRunning = (): boolean => ship.isRunning || doors.listeners.length > 0
  const giveUp = (): SeaworthyError => notListening(history.lifetime(), command, startupMs)
  // One that went into the background by itself may still come to listen.
  const mayOpen = (): boolean => ship.isRunning || ship.hasProcesses
  if (!(await doors.whenOpen(startupMs, mayOpen, signal))) throw giveUp()
  const listeningAfterMs = (history.soFar('listening')[0]?.at ?? 0) - begunAt

  say('Looks for its probes')
  const search = await findProbes({
    clock,
    signal,
    doors: () => doors.all(),
    declared: (['ready', 'live', 'startup'] as const).flatMap((meaning) => {
      const path = declared.probes[meaning]?.path?.value
      return path === undefined ? [] : [{ meaning, path }]
    }),
    until: beganOnClock + begunAt + startupMs,
    isRunning,
  })
  const probePorts = Object.values(search.probes).map(({ port }) => port)
  const choice = { offers, declaredPort: declared.port?.value, probePorts, adminPort }
  const { all, chosen } = await findDoor(doors, choice, { clock, signal, isRunning })
  if (chosen === undefined) throw giveUp()
  const { door } = chosen

  say('Looks for requests that it answers')
  const headers = Object.fromEntries(Object.entries(declared.headers).map(([name, { value }]) => [name, value]))
  const routes = await findRoutes({
    clock,
    door,
    declared: declared.routes.map(({ value }) => value),
    candidates: declared.candidateRoutes.map(({ value }) => value),
    headers,
  })
  const spoken =
    routes.length > 0 ? routes : probesAsRoutes({ ...search.overHttp2, ...search.probes }, door.port, headers)
  if (spoken.length === 0)
    throw new SeaworthyError('SEA_TRIAL_NO_ROUTE', `No GET was answered with success on port ${door.port}`, {
      hint: 'Say what the service answers with --url /some/path.',
    })
  const upload = declared.upload?.value ?? (await findUpload(clock, door, spoken))
  const readyAt = search.readyAt === undefined ? undefined : search.readyAt - beganOnClock
  const readyAfterMs = Math.max(listeningAfterMs, (readyAt ?? 0) - begunAt)
  const later = chosen.offer === undefined ? await findLaterOffer(readyAfterMs) : undefined
  const offer = chosen.offer ?? (later === undefined ? undefined : { ...later, port: door.port })
  const [warnings, canStandBeside] = await Promise.all([
    findWarnings({ clock, ship, doors, door, routes: spoken, usesProbe: routes.length === 0 }),
    standsBeside(offer, readyAfterMs),
  ])

  const port = declared.port ?? { value: door.port, origin: 'found' as const }
  const speeches = doors.speeches(door.port)
  const overHttp2 = [...new Set(Object.values(search.overHttp2).map(({ path }) => path))]
  return {
    facts: {
      host: door.host,
      port: offer === undefined ? { ...port, value: door.port } : port,
      ...(offer === undefined ? {} : { portVariable: offer.variable, portTemplate: offer.template }),
      ...(all.some((each) => each.port === adminPort) ? { adminPortVariable: ADMIN_PORT_VARIABLE } : {}),
      protocol: {
        http1: speeches.includes('http/1.1') || speeches.includes('tls'),
        h2c: speeches.includes('h2c'),
        tls: speeches.includes('tls'),
      },
      routes: spoken,
      ...(upload === undefined ? {} : { upload }),
      probes: mergeProbes(declared.probes, search.probes, (each) => {
        const isBusiness = each === undefined || each === door.port
        return isBusiness ? (offer === undefined ? door.port : port.value) : each
      }),
      ...(overHttp2.length === 0 ? {} : { probesOverHttp2: overHttp2 }),
      standsBeside: canStandBeside,
      normal: { listeningAfterMs, readyAfterMs },
    },
    warnings,
  }
}

/** Better than nothing to send: said in a warning. */
function probesAsRoutes(
  probes: Awaited<ReturnType<typeof findProbes>>['probes'],
  port: number,
  headers: Readonly<Record<string, string>>,
): Facts['routes'] {
  const probe = [probes.live, probes.ready].find((each) => each?.port === port)
  return probe === undefined ? [] : [{ method: 'GET', path: probe.path, headers }]
}

/** @returns how long it took to end by the signal; `undefined` when it did not */
async function stop(ship: Ship, { stopSignal, graceMs }: Facts): Promise<number | undefined> {
  const signalledAt = ship.history.now()
  if (!ship.signal(stopSignal)) return undefined
  await ship.waitForExit(graceMs.value)
  const exited = ship.history.soFar('exited')[0]
  // What was flushed at the end has to arrive.
  await ship.whenTelemetryIsQuiet({ quietMs: 200, timeoutMs: 1000 })
  return exited === undefined ? undefined : exited.at - signalledAt
}
