import { type Context, type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { EventEmitter, once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { FastContextManager } from '../../../src/telemetry/context/context-manager.ts'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { ODD } from '../odd-values.ts'

const KEY = createContextKey('test value')
const QUEUES: readonly ((callback: () => void) => unknown)[] = [
  (callback) => process.nextTick(callback),
  queueMicrotask,
  setImmediate,
  setTimeout,
]

/** What is the same with both managers, and must stay so. */
describe.each([
  ['ours', () => new FastContextManager(), FAST_ROOT],
  ['stock', () => new AsyncLocalStorageContextManager(), ROOT_CONTEXT],
] as const)('%s', (_name, create: () => ContextManager, root: Context) => {
  const seen = (manager: ContextManager): unknown => manager.active().getValue(KEY)

  test('outside of everything the root is active', () => {
    expect(create().active()).toBe(root)
  })

  test('a function runs in its context with its this and its arguments, and its result is returned', () => {
    const manager = create()
    const context = root.setValue(KEY, 1)
    const owner = { name: 'owner' }
    const result = manager.with(
      context,
      function (this: typeof owner, one: number, two: string) {
        return [manager.active(), this, one, two]
      },
      owner,
      1,
      'two',
    )
    expect(result).toEqual([context, owner, 1, 'two'])
    expect(manager.with(context, (one: number) => one + 1, undefined, 1)).toBe(2)
    expect(manager.active()).toBe(root)
  })

  test('contexts nest, and a function that throws leaves the context as it was', () => {
    const manager = create()
    manager.with(root.setValue(KEY, 'outer'), () => {
      expect(() =>
        manager.with(root.setValue(KEY, 'inner'), () => {
          expect(seen(manager)).toBe('inner')
          throw new Error('thrown')
        }),
      ).toThrow('thrown')
      expect(seen(manager)).toBe('outer')
    })
    expect(manager.active()).toBe(root)
  })

  test('what is awaited, timed, queued or generated stays in its context', async () => {
    const manager = create()
    const found = await manager.with(root.setValue(KEY, 'here'), async () => {
      const values: unknown[] = []
      await Promise.resolve()
      values.push(seen(manager))
      for (const queue of QUEUES) {
        await new Promise<void>((resolve) => {
          queue(() => {
            values.push(seen(manager))
            resolve()
          })
        })
      }
      async function* generate(): AsyncGenerator {
        yield seen(manager)
        await Promise.resolve()
        yield seen(manager)
      }
      for await (const value of generate()) values.push(value)
      for await (const _chunk of Readable.from(['a', 'b'])) values.push(seen(manager))
      return values
    })
    expect(found).toEqual(found.map(() => 'here'))
    expect(found).toHaveLength(9)
  })

  test("a context of the API's own class is carried", async () => {
    const manager = create()
    const foreign = ROOT_CONTEXT.setValue(KEY, 'foreign')
    await manager.with(foreign, async () => {
      await Promise.resolve()
      expect(manager.active()).toBe(foreign)
    })
    expect(manager.bind(foreign, () => manager.active())()).toBe(foreign)
    const token = manager.attach?.(foreign)
    expect(manager.active()).toBe(foreign)
    token?.dispose()
  })

  test('no context at all is the root', () => {
    const manager = create()
    manager.with(root.setValue(KEY, 1), () => {
      manager.with(undefined as unknown as Context, () => expect(manager.active()).toBe(root))
    })
  })

  test('a bound function keeps its this, arguments, length and result', () => {
    const manager = create()
    const owner = {
      name: 'owner',
      handle: manager.bind(root.setValue(KEY, 'bound'), function (this: unknown, one: unknown, two: unknown) {
        return [this, one, two, seen(manager)]
      }),
    }
    expect(owner.handle.length).toBe(2)
    expect(owner.handle(1, 2)).toEqual([owner, 1, 2, 'bound'])
    expect(manager.active()).toBe(root)
  })

  test.each([[undefined], [null], [1], ['text'], [{ key: 1 }]])('%o is returned unbound', (value) => {
    expect(create().bind(root, value)).toBe(value)
  })

  test('a bound emitter is itself, and its listeners run in the context with their this and arguments', () => {
    const manager = create()
    const emitter = new EventEmitter()
    expect(manager.bind(root.setValue(KEY, 'bound'), emitter)).toBe(emitter)
    const calls: unknown[] = []
    const listener = function (this: unknown, ...args: unknown[]): void {
      calls.push([this, ...args, seen(manager)])
    }
    for (const add of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const) {
      emitter[add]('event', listener)
    }
    expect(emitter.emit('event', 1, 2)).toBe(true)
    expect(calls).toEqual(Array.from({ length: 5 }, () => [emitter, 1, 2, 'bound']))
    emitter.emit('event')
    expect(calls).toHaveLength(8)
    expect(emitter.emit('nobody')).toBe(false)
  })

  test('listeners of a bound emitter can be taken off again', () => {
    const manager = create()
    const emitter = manager.bind(root.setValue(KEY, 'bound'), new EventEmitter())
    let calls = 0
    const listener = (): void => void calls++
    emitter.on('event', listener).off('event', listener)
    emitter.once('event', listener).removeListener('event', listener)
    emitter.on('event', listener).removeAllListeners('event')
    emitter.on('event', listener).removeAllListeners()
    expect(emitter.emit('event')).toBe(false)
    expect(calls).toBe(0)
  })

  test('an emitter that is bound again keeps its first context', () => {
    const manager = create()
    const emitter = new EventEmitter()
    manager.bind(root.setValue(KEY, 'first'), emitter)
    const properties = Object.entries(emitter)
    manager.bind(root.setValue(KEY, 'second'), emitter)
    expect(Object.entries(emitter)).toEqual(properties)
    let found: unknown
    emitter.on('event', () => (found = seen(manager)))
    emitter.emit('event')
    expect(found).toBe('first')
  })

  test('an error of a bound emitter that nobody listens to is thrown', () => {
    const emitter = create().bind(root, new EventEmitter())
    expect(() => emitter.emit('error', new Error('unheard'))).toThrow('unheard')
  })

  test('events.once and async iteration work on bound emitters', async () => {
    const manager = create()
    const stream = manager.bind(root.setValue(KEY, 'bound'), Readable.from(['a', 'b']))
    const chunks: unknown[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks).toEqual(['a', 'b'])
    const emitter = manager.bind(root, new EventEmitter())
    const waiting = once(emitter, 'event')
    emitter.emit('event', 1)
    expect(await waiting).toEqual([1])
  })

  test('what is attached is active until it is disposed of, once', () => {
    const manager = create()
    const outer = manager.attach?.(root.setValue(KEY, 'outer'))
    const inner = manager.attach?.(root.setValue(KEY, 'inner'))
    expect(seen(manager)).toBe('inner')
    inner?.dispose()
    expect(seen(manager)).toBe('outer')
    outer?.dispose()
    expect(manager.active()).toBe(root)
    const later = manager.attach?.(root.setValue(KEY, 'later'))
    inner?.dispose()
    expect(seen(manager)).toBe('later')
    later?.dispose()
  })

  test('what begins while a context is attached keeps it after the dispose', async () => {
    const manager = create()
    const token = manager.attach?.(root.setValue(KEY, 'attached'))
    const begun = new Promise((resolve) => {
      setImmediate(() => resolve(seen(manager)))
    })
    token?.dispose()
    expect(await begun).toBe('attached')
    expect(manager.active()).toBe(root)
  })

  test('after a disable the root is active, and the manager can be used again', () => {
    const manager = create()
    expect(manager.enable()).toBe(manager)
    manager.with(root.setValue(KEY, 1), () => {
      expect(manager.disable()).toBe(manager)
      expect(manager.active()).toBe(root)
    })
    manager.with(root.setValue(KEY, 2), () => expect(seen(manager)).toBe(2))
  })
})

/** Where ours is meant to differ from the stock manager. */
test('listeners of a bound emitter stay the functions that they are, and those from before run in the context, too', () => {
  const manager = new FastContextManager()
  const emitter = new EventEmitter()
  const found: unknown[] = []
  const early = (): void => void found.push(manager.active().getValue(KEY))
  const late = (): void => void found.push(manager.active().getValue(KEY))
  emitter.on('event', early)
  manager.bind(FAST_ROOT.setValue(KEY, 'bound'), emitter)
  emitter.on('event', late)
  expect(emitter.listeners('event')).toEqual([early, late])
  emitter.emit('event')
  expect(found).toEqual(['bound', 'bound'])
  expect(
    Object.getOwnPropertyNames(emitter).filter((name) => typeof Reflect.get(emitter, name) === 'function'),
  ).toEqual(['emit'])
})

test('an emit that somebody has put on the emitter before is still called', () => {
  const manager = new FastContextManager()
  const emitter = new EventEmitter()
  const events: unknown[] = []
  const original = emitter.emit.bind(emitter)
  emitter.emit = (event: string | symbol, ...args: unknown[]) => {
    events.push(event)
    return original(event, ...args)
  }
  manager.bind(FAST_ROOT, emitter).emit('event')
  expect(events).toEqual(['event'])
})

test('a scope can be left by using', () => {
  const manager = new FastContextManager()
  {
    using _scope = manager.attach(FAST_ROOT.setValue(KEY, 'in the block'))
    expect(manager.active().getValue(KEY)).toBe('in the block')
  }
  expect(manager.active()).toBe(FAST_ROOT)
})

test('what is entered is active from here on', async () => {
  const manager = new FastContextManager()
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      manager.enter(FAST_ROOT.setValue(KEY, 'entered'))
      expect(manager.active().getValue(KEY)).toBe('entered')
      resolve()
    })
  })
  expect(manager.active()).toBe(FAST_ROOT)
})

test('what is neither a function nor an emitter is returned as it is by bind, whatever it is', () => {
  const manager = new FastContextManager()
  for (const odd of ODD.filter((one) => typeof one !== 'function')) expect(manager.bind(FAST_ROOT, odd)).toBe(odd)
})
