import type { ResourceDefinition } from 'seaworthy'
import { expect, test } from 'vitest'
import { freeze } from '../servers/freeze.ts'
import type { RunningServer } from '../servers/start-server.ts'
import { OutageService, SteadyCalls } from './outage-service.ts'
import { TcpProxy } from './tcp-proxy.ts'

/** What is put through outages: a server, and the adapter of one of its clients. */
export interface OutageSubject<T> {
  readonly name: string
  /** Starts a server, where one was before or anywhere. */
  readonly start: (options?: { readonly port?: number }) => Promise<RunningServer>
  /** The resource, connected to a port of this machine. At most {@link OutageSubject.connections} connections. */
  readonly resource: (port: number) => ResourceDefinition<unknown, T>
  /** A call that takes no longer than a second or two, whatever happens. */
  readonly call: (value: T) => Promise<unknown>
  readonly connections: number
}

/** Failures that open the circuit, and how long it then stays so, as the adapters have it by default. */
const FAILURES = 5
const OPEN_FOR_MS = 1_000
const REFUSED = 'SEA_POLICY_CIRCUIT_OPEN'

interface Scene<T> extends AsyncDisposable {
  readonly server: RunningServer
  readonly proxy: TcpProxy
  readonly outage: OutageService<T>
  readonly calls: SteadyCalls
}

async function open<T>(subject: OutageSubject<T>, given?: RunningServer): Promise<Scene<T>> {
  await using stack = new AsyncDisposableStack()
  const server = given ?? stack.use(await subject.start())
  const proxy = stack.use(await TcpProxy.start(server.port))
  const outage = stack.use(await OutageService.start(subject.resource(proxy.port)))
  const calls = stack.use(new SteadyCalls(() => subject.call(outage.value)))
  await calls.moreSucceed(50)
  await outage.becomes(200)
  const owned = stack.move()
  return { server, proxy, outage, calls, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/**
 * While calls are made all the time, the dials are as few as the circuit lets through: a probe for each time that it was
 * open, and what was under way when it opened.
 */
async function dialsAreBounded<T>({ proxy, calls }: Scene<T>, { connections }: OutageSubject<T>): Promise<void> {
  const before = { dials: proxy.dials, made: calls.made, atMs: performance.now() }
  await calls.more(1_000)
  const elapsedMs = performance.now() - before.atMs
  const dials = proxy.dials - before.dials
  expect(dials).toBeLessThanOrEqual(FAILURES + connections + Math.ceil(elapsedMs / OPEN_FOR_MS) + 1)
  expect(calls.made - before.made).toBeGreaterThanOrEqual(1_000)
}

/** It works again by itself, nothing has ended, and every call that was made has had an answer. */
async function recovers<T>({ outage, calls }: Scene<T>): Promise<void> {
  await calls.moreSucceed(50)
  await outage.becomes(200)
  await calls.end()
  // Where others were answered all the time, there was no outage to tell of. One that the very last call told of, on a
  // connection that had died before, is over with the next answer: that of a check.
  const stillOpen = (): number =>
    outage.said('database.connection.lost').length - outage.said('database.connection.restored').length
  if (stillOpen() > 0) await outage.becomes(200)
  await expect.poll(stillOpen, { timeout: 10_000 }).toBe(0)
  await outage.end()
}

/** The tests of what happens to a service whose dependency goes away, in each of the ways in which dependencies do. */
export function testOutages<T>(subject: OutageSubject<T>): void {
  const { name } = subject

  test(`${name} is killed, and started again: calls fail at once meanwhile, few dials are made, then all is as before`, async () => {
    const first = await subject.start()
    await using scene = await open(subject, first)
    process.kill(first.pid, 'SIGKILL')
    await first[Symbol.asyncDispose]()
    await scene.outage.becomes(503)
    await dialsAreBounded(scene, subject)
    expect(scene.calls.errors.get(REFUSED)).toBeGreaterThan(100)
    expect(scene.outage.said('database.connection.lost')).toHaveLength(1)
    await using _ = await subject.start({ port: first.port })
    await recovers(scene)
  })

  test(`${name} is frozen: calls are refused instead of waiting, and it is used again once it goes on`, async () => {
    await using scene = await open(subject)
    {
      using frozen = await freeze(scene.server)
      await scene.outage.becomes(503)
      await expect.poll(() => scene.calls.errors.get(REFUSED) ?? 0, { timeout: 40_000 }).toBeGreaterThan(0)
      await dialsAreBounded(scene, subject)
      frozen.thaw()
    }
    await recovers(scene)
  })

  test(`${name} can't be dialled and connections are reset: few dials, and it is used again once it can`, async () => {
    await using scene = await open(subject)
    await scene.proxy.become('reset')
    scene.proxy.cut()
    await scene.outage.becomes(503)
    await dialsAreBounded(scene, subject)
    expect(scene.outage.said('breaker.open')).toHaveLength(1)
    await scene.proxy.become('forward')
    await recovers(scene)
  })

  test(`connections to ${name} that take every dial and say nothing are given up, and few are made`, async () => {
    await using scene = await open(subject)
    await scene.proxy.become('silent')
    scene.proxy.cut()
    await scene.outage.becomes(503)
    await dialsAreBounded(scene, subject)
    expect(scene.outage.said('breaker.open')).toHaveLength(1)
    await scene.proxy.become('forward')
    await recovers(scene)
  })

  test(`connections to ${name} that are dead without a word are replaced, as new ones work`, async () => {
    await using scene = await open(subject)
    scene.proxy.forget()
    await recovers(scene)
    expect(scene.proxy.dials).toBeLessThanOrEqual(10 * (FAILURES + subject.connections))
  })

  test(`a cut of all connections to ${name} is one failure, and refuses nothing`, async () => {
    await using scene = await open(subject)
    scene.proxy.cut()
    await recovers(scene)
    expect(scene.calls.errors.get(REFUSED) ?? 0).toBe(0)
  })

  test(`a slow network to ${name} is no outage`, async () => {
    await using scene = await open(subject)
    await scene.proxy.become('slow')
    await scene.calls.more(60)
    expect(scene.calls.errors.get(REFUSED) ?? 0).toBe(0)
    await scene.outage.becomes(200)
    await scene.proxy.become('forward')
    await scene.calls.moreSucceed(50)
    await scene.calls.end()
    await scene.outage.end()
  })
}
