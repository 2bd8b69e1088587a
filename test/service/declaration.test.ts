import { createService, type Handle } from 'seaworthy'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { quiet, quietService } from './open-service.ts'

test('every problem of the options comes in one error', () => {
  expect(() => createService({ name: '9 lives', versoin: '1', startTimeout: 'soon' } as never)).toThrow(
    /createService\(\):\n {2}- "name" is "9 lives".*\n {2}- "startTimeout" is "soon".*\n {2}- "versoin" is not an option. Did you mean "version"\?/s,
  )
})

test('what is inside of the options is checked with them', () => {
  const wrong = {
    name: 'x',
    admin: { prot: 1 },
    shutdown: { inflight: 1 },
    logging: { level: 'loud' },
    telemetry: true,
    config: { shema: {} },
    startTimeout: 'x',
  }
  let message = ''
  try {
    createService(wrong as never)
  } catch (error) {
    message = (error as Error).message
  }
  for (const part of [
    '"startTimeout" is "x"',
    'Did you mean "port"?',
    'Did you mean "inFlight"?',
    '"level" is "loud"',
    'telemetry: expected an object',
    'Did you mean "schema"?',
  ])
    expect(message).toContain(part)
})

test('what is put in the place of time, environment and flush must be able to do its work', () => {
  expect(() => createService({ name: 'x', clock: 1, env: 'A=1', finalFlush: 3 } as never)).toThrow(
    /"clock" must be a Clock.*"env" must be an object of variables.*"finalFlush" must be a FinalFlush/s,
  )
})

test.each([5, ['a'], { region: 1 }].map((wrong) => [wrong] as const))(
  'attributes of the resource that are no texts are refused: %j',
  (wrong) => {
    const refused = () => createService({ name: 'x', telemetry: { resourceAttributes: wrong } } as never)
    expect(refused).toThrow('"resourceAttributes" must be an object of texts')
  },
)

test('a definition is checked where it is given, by kind and name', () => {
  const service = quietService()
  expect(() => service.resource('db', { strat: () => 1 } as never)).toThrow(
    /resource\("db"\):\n {2}- "start" is required: a function\n {2}- "strat" is not an option. Did you mean "start"\?/,
  )
  expect(() => service.task('t', { run: async () => {}, stopTimeout: -1 })).toThrow('"stopTimeout" is -1')
  expect(() => service.listener('a b', { start: () => () => {} })).toThrow('the name must begin with a letter')
})

test('a listener whose servers are adopted can’t be told where to listen', () => {
  const service = quietService()
  const define = (over: object) => () => service.listener('web', { start: () => ({}), adopt: () => {}, ...over })
  expect(define({ port: 1 })).toThrow('"port" can\'t be given together with "adopt"')
  expect(define({ host: '::1' })).toThrow('"host" can\'t be given together with "adopt"')
  expect(define({ adopt: [] as never })).toThrow('"adopt" expected a function')
  expect(define({})).not.toThrow()
})

test.each([
  [{ port: '8080' }, '"port" expected a whole number, got "8080"'],
  [{ port: '' }, '"port" expected a whole number, got ""'],
  [{ port: 70_000 }, '"port" is 70000, expected 0 to 65535'],
  [{ port: undefined }, '"port" is undefined (a variable that is not set?)'],
  [{ host: 5 }, '"host" expected a non-empty text'],
  [{ probes: 'yes' }, '"probes" expected true or false'],
])('where a listener listens is checked where it is declared: %j', (where, problem) => {
  expect(() => quietService().listener('web', { start: () => () => {}, ...where } as never)).toThrow(problem)
})

test.each([
  ['', 'port "": that is no port'],
  [undefined, 'port undefined: that is no port'],
  [Number.NaN, 'port NaN: that is no port'],
  ['8080', 'port "8080": that is no port'],
])('a port function that returns %j is told at the start, with what it returned', async (port, problem) => {
  const service = quietService()
  service.listener('web', { port: () => port as never, start: () => () => {} })
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringContaining(problem),
    cause: { code: 'SEA_LISTENER_BIND_FAILED' },
  })
})

test('needs are handles by name: no list, and nothing else that has a name', () => {
  const service = quietService()
  const db = service.resource('db', { start: () => 1 })
  const declare = (needs: unknown) => () => service.task('t', { needs, run: async () => {} } as never)
  expect(declare([db])).toThrow('"needs" must be an object of handles by name, such as { db }, got a list')
  expect(declare({ db: function pool() {} })).toThrow('"needs.db" must be what resource(), listener(), task()')
  expect(declare({ db: undefined })).toThrow('"needs.db" must be what resource(), listener(), task()')
})

test('a function that is needed is named once, with what is wrong', () => {
  const refused = () => quietService().resource('db', { start: 5 } as never)
  expect(refused).toThrow('resource("db"): "start" expected a function, got a number')
})

test('a need may not take a name that the context uses itself', () => {
  const service = quietService()
  const db = service.resource('db', { start: () => 1 })
  expect(() => service.task('t', { needs: { log: db }, run: async () => {} })).toThrow(
    '"needs.log" has a name that the context uses itself',
  )
})

test('two components of one name are refused, whatever their kinds', () => {
  const service = quietService()
  service.resource('db', { start: () => 1 })
  expect(() => service.task('db', { run: async () => {} })).toThrow(
    expect.objectContaining({ code: 'SEA_GRAPH_DUPLICATE' }),
  )
})

test('a need of another service is not known here, and nothing starts', async () => {
  const stranger = quietService().resource('theirs', { start: () => 1 })
  const service = quietService()
  let started = false
  service.resource('mine', { start: () => (started = true) })
  service.task('t', { needs: { stranger }, run: async () => {} })
  await expect(service.start()).rejects.toMatchObject({ code: 'SEA_GRAPH_UNKNOWN_NEED' })
  expect({ started, state: service.state }).toEqual({ started: false, state: 'failed' })
})

test('nothing can be added after the start', async () => {
  await using service = quietService()
  await service.start()
  expect(() => service.resource('late', { start: () => 1 })).toThrow(
    expect.objectContaining({ code: 'SEA_LIFECYCLE_STARTED' }),
  )
})

test('what only a started service has says so before', () => {
  const service = quietService()
  expect(() => service.config).toThrow(expect.objectContaining({ code: 'SEA_SERVICE_NOT_STARTED' }))
  expect(() => service.log).toThrow(expect.objectContaining({ code: 'SEA_SERVICE_NOT_STARTED' }))
})

test('needs and configuration arrive with their types and values', async () => {
  const service = createService({
    ...quiet(),
    config: { schema: z.object({ greeting: z.string() }), overrides: { greeting: 'ahoy' } },
  })
  const number = service.resource('number', { start: ({ config }) => config.greeting.length })
  expectTypeOf(number).toEqualTypeOf<Handle<number>>()
  let seen: unknown
  service.task('t', {
    needs: { count: number },
    run: async ({ count, config, log, signal }) => {
      expectTypeOf(count).toBeNumber()
      expectTypeOf(config.greeting).toBeString()
      seen = [count, config, typeof log.info, signal.aborted]
    },
  })
  await service.start()
  expect(seen).toEqual([4, { greeting: 'ahoy' }, 'function', false])
  expect(Object.isFrozen(service.config)).toBe(true)
  expect(service.explainConfig()).toContain('greeting')
  await service.stop()
})
