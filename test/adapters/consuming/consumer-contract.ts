import { createService, type Service, type ShutdownReport } from 'seaworthy'
import { expect, onTestFinished, test } from 'vitest'

export type Handle = (item: string, context: { readonly signal: AbortSignal }) => Promise<void>

/** Something that work comes from, and an adapter that takes it from there. */
export interface WorkSource extends AsyncDisposable {
  /** Declares a consumer of the source, called `work`. */
  declare(service: Service, handle: Handle): unknown
  send(item: string): Promise<unknown>
  /** Resolves when the source has heard that its consumer takes nothing more. @default at once */
  heardOfPause?(): Promise<unknown>
}

export interface ConsumerKind {
  /** Whether work that was not done comes again, to another consumer. */
  readonly comesAgain: boolean
  readonly open: () => Promise<WorkSource>
}

/** What holds for every consumer, whatever it takes its work from. */
export function testConsumer({ open, comesAgain }: ConsumerKind): void {
  test('a job in flight ends, is acknowledged and counted; what comes after the announcement is not taken', async () => {
    const source = await openSource(open)
    const gate = Promise.withResolvers<void>()
    const begun = startConsumer(source, () => gate.promise)
    const service = await begun.service
    await source.send('first')
    await begun.item('first')

    const stopping = service.stop()
    await begun.announced
    await source.heardOfPause?.()
    await source.send('second')
    gate.resolve()
    const report = await stopping

    expect(begun.items).toEqual(['first'])
    expect(report).toMatchObject({ clean: true, aborted: [] })
    expect(figures(report)).toMatchObject({ inFlightAtAnnounce: 1, jobs: 1, done: 1, failed: 0, abandoned: 0 })
    expect(await takeAgain(source, comesAgain)).toEqual(comesAgain ? ['second'] : [])
  })

  test('a job that gives up at the soft deadline was not done, and is not lost', async () => {
    const source = await openSource(open)
    const begun = startConsumer(source, async (_item, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw new Error('there was no time')
    })
    const service = await begun.service
    await source.send('long')
    await begun.item('long')

    const report = await service.stop()

    expect(report).toMatchObject({ clean: true, aborted: [] })
    expect(figures(report)).toMatchObject({ jobs: 1, done: 0, abandoned: 0 })
    expect(await takeAgain(source, comesAgain)).toEqual(comesAgain ? ['long'] : [])
  })

  test('a job that hears nothing is abandoned by name, and goes to another', async () => {
    const source = await openSource(open)
    const end = Promise.withResolvers<void>()
    onTestFinished(() => end.resolve())
    const begun = startConsumer(source, () => end.promise)
    const service = await begun.service
    await source.send('deaf')
    await begun.item('deaf')

    const report = await service.stop()

    expect(report.aborted).toEqual([expect.stringMatching(/^work: .+ after /)])
    expect(report.clean).toBe(false)
    expect(figures(report)).toMatchObject({ jobs: 1, done: 0, failed: 0, abandoned: 1 })
    expect(await takeAgain(source, comesAgain)).toEqual(comesAgain ? ['deaf'] : [])
  })

  test('a consumer with nothing to do ends at once', async () => {
    const source = await openSource(open)
    const service = await startConsumer(source, async () => {}).service
    const report = await service.stop()
    expect(report).toMatchObject({ clean: true, aborted: [] })
    const finished = report.phases.find(({ phase }) => phase === 'finish')
    expect(finished?.hooks).toContainEqual(expect.objectContaining({ name: 'work', outcome: 'done' }))
  })
}

function figures(report: ShutdownReport): Readonly<Record<string, number>> | undefined {
  return report.figures['work']
}

async function openSource(open: ConsumerKind['open']): Promise<WorkSource> {
  const source = await open()
  onTestFinished(() => source[Symbol.asyncDispose]())
  return source
}

interface Begun {
  readonly service: Promise<Service>
  /** Resolves when the shutdown has been announced to the consumers. */
  readonly announced: Promise<void>
  /** What the handler was called with, in order. */
  readonly items: readonly string[]
  /** Resolves when the handler has been called with this. */
  item(item: string): Promise<void>
}

function startConsumer(source: WorkSource, handle: Handle): Begun {
  const items: string[] = []
  const watchers = new Set<() => void>()
  const service = createService({
    name: 'consumer',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
    shutdown: { drainDelay: 0, inFlight: '1s', stop: '8s', flush: '100ms', margin: '100ms' },
  })
  source.declare(service, async (item, context) => {
    items.push(item)
    for (const watcher of watchers) watcher()
    await handle(item, context)
  })
  const announced = Promise.withResolvers<void>()
  service.consumer('herald', { start: () => {}, pause: () => announced.resolve() })
  onTestFinished(async () => void (await service.stop()))
  return {
    announced: announced.promise,
    service: service.start().then(() => service),
    items,
    item: (item) =>
      new Promise((resolve) => {
        const watcher = (): void => {
          if (items.includes(item)) resolve()
        }
        watchers.add(watcher)
        watcher()
      }),
  }
}

/** What another consumer of the source gets until it has got something and stops, if it gets anything. */
async function takeAgain(source: WorkSource, comesAgain: boolean): Promise<readonly string[]> {
  const some = Promise.withResolvers<void>()
  const begun = startConsumer(source, async () => some.resolve())
  const service = await begun.service
  if (comesAgain) await some.promise
  await service.stop()
  return begun.items
}
