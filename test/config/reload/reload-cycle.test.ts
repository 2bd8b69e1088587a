import { describe, expect, test } from 'vitest'
import { createReloader, type Reloader } from '../../../src/config/reload/reloader.ts'
import type { ReloaderOptions } from '../../../src/config/reload/reloader-options.ts'
import type { ReloadableConfig } from '../../../src/config/reload/reloadable-config.ts'
import { toSecret } from '../../../src/config/secret.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { HeardLog } from './heard-log.ts'

interface Config {
  readonly level: string
  readonly port: number
  readonly password?: unknown
}

const FIRST: Config = { level: 'info', port: 1 }

interface Model {
  readonly clock: ManualClock
  readonly log: HeardLog
  readonly reloader: Reloader<Config>
  /** What the next load gives, or throws. */
  source: { value?: Config; error?: Error; load?: () => Promise<ReloadableConfig<Config>> }
  /** Reloads and moves the time on. */
  readonly reload: (value: Config, passMs?: number) => Promise<Awaited<ReturnType<Reloader<Config>['reload']>>>
}

async function model(options: Partial<ReloaderOptions<Config>> = {}): Promise<Model> {
  const clock = new ManualClock()
  const log = new HeardLog()
  const source: Model['source'] = { value: FIRST }
  const reloader = await createReloader<Config>({
    load: () => {
      if (source.load !== undefined) return source.load()
      if (source.error !== undefined) throw source.error
      return { value: source.value as Config }
    },
    watch: false,
    clock,
    log,
    timeOfDay: () => new Date(0),
    ...options,
  })
  return {
    clock,
    log,
    reloader,
    source,
    reload: async (value, passMs = 100) => {
      source.value = value
      const result = reloader.reload('test')
      await clock.advance(passMs)
      return result
    },
  }
}

const DEBUG: Config = { level: 'debug', port: 1 }

describe('a change', () => {
  test('is prepared by everybody in order before it is in force, and committed in order after', async () => {
    const said: string[] = []
    const { reloader, reload, log } = await model()
    for (const name of ['a', 'b']) {
      reloader.subscribe({
        name,
        prepare: ({ previous, next }) =>
          void said.push(`prepare ${name} ${previous.level} ${next.level} ${reloader.current.level}`),
        commit: () => void said.push(`commit ${name} ${reloader.current.level}`),
        rollback: () => void said.push(`rollback ${name}`),
      })
    }
    expect(await reload(DEBUG)).toEqual({
      outcome: 'applied',
      generation: 2,
      trigger: 'test',
      changes: ['level'],
      pendingRestart: [],
    })
    expect(said).toEqual(['prepare a info debug info', 'prepare b info debug info', 'commit a debug', 'commit b debug'])
    expect(log.events()).toEqual(['config.reloaded'])
    expect(reloader.snapshot).toMatchObject({ generation: 2, at: '1970-01-01T00:00:00.000Z', trigger: 'test' })
    expect(Object.isFrozen(reloader.current)).toBe(true)
  })

  test('of nothing asks nobody, and changes no generation', async () => {
    const { reloader, reload, log } = await model()
    reloader.subscribe({ name: 'a', prepare: () => expect.unreachable() })
    const { snapshot } = reloader
    expect(await reload({ ...FIRST })).toMatchObject({ outcome: 'unchanged', generation: 1 })
    expect(reloader.snapshot).toBe(snapshot)
    expect(log.lines).toEqual([])
  })

  test('is told only to those whose paths it touches', async () => {
    const asked: string[] = []
    const { reloader, reload } = await model({
      subscribers: [
        { name: 'level', paths: ['level'], prepare: () => void asked.push('level') },
        { name: 'port', paths: ['port'], prepare: () => void asked.push('port') },
        { name: 'all', prepare: (update) => void asked.push(`all ${update.has('level')} ${update.has('port')}`) },
      ],
    })
    const leave = reloader.subscribe({ name: 'gone', prepare: () => void asked.push('gone') })
    leave()
    await reload(DEBUG)
    expect(asked).toEqual(['level', 'all true false'])
  })

  test('that is vetoed is in force nowhere; those who had prepared give it up, last first', async () => {
    const said: string[] = []
    const { reloader, reload, log } = await model()
    for (const name of ['a', 'b', 'c', 'd']) {
      reloader.subscribe({
        name,
        prepare: () => {
          said.push(`prepare ${name}`)
          if (name === 'c') throw new Error('no such pool')
        },
        commit: () => expect.unreachable(),
        rollback: () => void said.push(`rollback ${name}`),
      })
    }
    const { snapshot } = reloader
    const result = await reload(DEBUG)
    expect(result).toMatchObject({ outcome: 'rejected', generation: 1, reason: '"c" refused it: no such pool' })
    expect(said).toEqual(['prepare a', 'prepare b', 'prepare c', 'rollback b', 'rollback a'])
    expect(reloader.snapshot).toBe(snapshot)
    expect(reloader.state.lastRejection).toEqual({
      reason: result.reason,
      at: '1970-01-01T00:00:00.000Z',
      trigger: 'test',
    })
    expect(log.events()).toEqual(['config.rejected'])
  })

  test('is refused by a subscriber that does not answer in time, which is told to stop and to give up', async () => {
    const said: string[] = []
    const { reload } = await model({
      subscriberTimeout: 1_000,
      subscribers: [
        {
          name: 'slow',
          prepare: (_, signal) => new Promise(() => signal.addEventListener('abort', () => void said.push('aborted'))),
          rollback: () => void said.push('rollback'),
        },
      ],
    })
    const result = await reload(DEBUG, 1_100)
    expect(result).toMatchObject({ outcome: 'rejected', reason: '"slow" refused it: no end within 1000 ms' })
    expect(said).toEqual(['aborted', 'rollback'])
  })

  test('whose commit fails is taken back as a whole, and its generation is not given again', async () => {
    const said: string[] = []
    const { reloader, reload, log } = await model({
      subscribers: [
        {
          name: 'a',
          commit: () => void said.push('commit a'),
          rollback: () => void said.push(`rollback a ${reloader.current.level}`),
        },
        {
          name: 'b',
          commit: () => Promise.reject(new Error('lost')),
          rollback: () => {
            throw new Error('cannot')
          },
        },
      ],
    })
    const { snapshot } = reloader
    expect(await reload(DEBUG)).toMatchObject({
      outcome: 'rolled_back',
      generation: 1,
      reason: '"b" failed to commit it: lost',
    })
    expect(said).toEqual(['commit a', 'rollback a info'])
    expect(reloader.snapshot).toBe(snapshot)
    expect(log.events()).toEqual(['config.rollback_failed', 'config.rolled_back'])
    expect(reloader.state.lastReloadSuccessful).toBe(false)
    expect(await reload({ level: 'info', port: 2 })).toMatchObject({ outcome: 'rolled_back', generation: 1 })
    expect(await reload(FIRST)).toMatchObject({ outcome: 'unchanged', generation: 1 })
    expect(reloader.state.lastReloadSuccessful).toBe(true)
  })
})

describe('a secret', () => {
  test('of the old or the new configuration is in no reason, whoever writes it', async () => {
    const { reload, log, reloader, source } = await model({
      initial: { value: { ...FIRST, password: toSecret('hunter2-old') } },
      subscribers: [
        {
          name: 'db',
          prepare: () => {
            throw new Error('login failed: hunter2-old, hunter2-new at postgres://app:hunter2-url@db')
          },
        },
      ],
    })
    const { reason } = await reload({ ...DEBUG, password: toSecret('hunter2-new') })
    expect(reason).toBe('"db" refused it: login failed: [secret], [secret] at postgres://app:***@db')
    source.error = new Error('bad hunter2-old')
    expect((await reload(DEBUG)).reason).toBe('bad [secret]')
    expect(JSON.stringify([log.lines, reloader.state])).not.toContain('hunter2')
  })
})

describe('the trial of a change', () => {
  const CHECKED = { window: 3_000, interval: 1_000, timeout: 500 }

  test('takes it back when a check fails within the window', async () => {
    let isWell = true
    const { reloader, reload, clock, source, log } = await model({
      postCheck: { checks: [{ name: 'errors', check: () => isWell || 'rate 0.5' }], ...CHECKED },
    })
    source.value = DEBUG
    const result = reloader.reload('test')
    await clock.advance(1_500)
    expect(reloader.current.level).toBe('debug')
    // Who looks now sees that it is in force, and that it may be taken back.
    expect(reloader.state).toMatchObject({ generation: 2, trialUntil: '1970-01-01T00:00:03.000Z' })
    const windowMs = CHECKED.window
    expect(log.lines).toMatchObject([
      { level: 'info', event: 'config.on_trial', fields: { generation: 2, changes: ['level'], windowMs } },
    ])
    isWell = false
    await clock.advance(600)
    expect(await result).toMatchObject({
      outcome: 'rolled_back',
      generation: 1,
      reason: 'check "errors" failed after the change: rate 0.5',
    })
    expect(reloader.current.level).toBe('info')
    expect(log.events()).toEqual(['config.on_trial', 'config.rolled_back'])
    expect(reloader.state.trialUntil).toBeUndefined()
    // A generation that was seen stands for what was seen.
    isWell = true
    expect(await reload({ level: 'trace', port: 1 }, 5_000)).toMatchObject({ outcome: 'applied', generation: 3 })
  })

  test.each<[string, () => boolean | string | undefined | Promise<boolean>, string]>([
    ['false', () => false, 'it is not well'],
    [
      'a throw',
      () => {
        throw new Error('probe broke')
      },
      'probe broke',
    ],
    ['no answer', () => new Promise<boolean>(() => {}), 'no answer within 500 ms'],
  ])('counts %s as a failure', async (_, fail, reason) => {
    let asked = 0
    const { reload } = await model({
      postCheck: { checks: [{ name: 'x', check: () => (asked++ === 0 ? true : fail()) }], ...CHECKED },
    })
    expect(await reload(DEBUG, 5_000)).toMatchObject({
      outcome: 'rolled_back',
      reason: expect.stringContaining(reason) as string,
    })
  })

  test('does not hold against it what was unwell before, until that has been well', async () => {
    const answers = [false, false, true, false]
    const { reload } = await model({
      postCheck: { checks: [{ name: 'x', check: () => answers.shift() ?? true }], ...CHECKED },
    })
    expect(await reload(DEBUG, 5_000)).toMatchObject({ outcome: 'rolled_back' })
    const sick = await model({ postCheck: { checks: [{ name: 'x', check: () => false }], ...CHECKED } })
    expect(await sick.reload(DEBUG, 5_000)).toMatchObject({ outcome: 'applied', generation: 2 })
  })

  test('ends with the reloader, and what is in force stays', async () => {
    const { reloader, source, clock } = await model({
      postCheck: { checks: [{ name: 'x', check: () => true }], ...CHECKED },
    })
    source.value = DEBUG
    const result = reloader.reload('test')
    await clock.advance(1_000)
    await reloader.close()
    expect(await result).toMatchObject({ outcome: 'applied', generation: 2 })
    expect(clock.pending).toBe(0)
  })
})

describe('requests', () => {
  test('that arrive during a reload share one that follows it', async () => {
    let loads = 0
    const { reloader, clock, source } = await model()
    source.load = async () => {
      loads++
      return { value: { level: 'debug', port: loads } }
    }
    const first = reloader.reload('one')
    const others = [reloader.reload('two'), reloader.reload('three'), reloader.reload('four')]
    await clock.advance(1_000)
    expect(await first).toMatchObject({ generation: 2, trigger: 'one' })
    const results = await Promise.all(others)
    expect(new Set(results).size).toBe(1)
    expect(results[0]).toMatchObject({ generation: 3, trigger: 'two' })
    expect(loads).toBe(2)
  })

  test('a load that hangs is given up, and none is begun beside it', async () => {
    let loads = 0
    let free: (loaded: ReloadableConfig<Config>) => void = () => {}
    const { reloader, clock, source } = await model({ loadTimeout: 5_000 })
    source.load = () => {
      loads++
      return new Promise((resolve) => (free = resolve))
    }
    const first = reloader.reload('one')
    await clock.advance(6_000)
    expect(await first).toMatchObject({ outcome: 'rejected', reason: 'it could not be read within 5000 ms' })
    expect(await reloader.reload('two')).toMatchObject({ reason: 'an earlier load has not ended yet' })
    expect(loads).toBe(1)
    free({ value: DEBUG })
    await clock.advance(0)
    delete source.load
    source.value = DEBUG
    const third = reloader.reload('three')
    await clock.advance(100)
    expect(await third).toMatchObject({ outcome: 'applied', generation: 2 })
  })

  test('a close while subscribers prepare gives the change up', async () => {
    const said: string[] = []
    const { reloader, clock, source, log } = await model({
      subscribers: [
        { name: 'a', prepare: () => void said.push('prepare a'), rollback: () => void said.push('rollback a') },
        { name: 'b', prepare: () => new Promise(() => {}), commit: () => expect.unreachable() },
      ],
    })
    source.value = DEBUG
    const result = reloader.reload('test')
    await clock.advance(500)
    await reloader.close()
    expect(await result).toMatchObject({ outcome: 'stopped', generation: 1 })
    expect(said).toEqual(['prepare a', 'rollback a'])
    expect(log.lines).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('a subscriber or a check that asks for a reload itself', () => {
  const asked = { outcome: 'rejected', reason: expect.stringContaining('would wait for itself') as string }

  test.each(['prepare', 'commit', 'rollback'] as const)(
    'in %s is refused at once and told, and the change goes its way',
    async (step) => {
      const inner: unknown[] = []
      const { reloader, reload, log, clock } = await model()
      reloader.subscribe({
        name: 'self',
        prepare: () => {},
        ...(step === 'rollback' ? { commit: () => Promise.reject(new Error('no')) } : {}),
        [step]: async () => void inner.push(await reloader.reload('inner')),
      })
      const outcome = step === 'rollback' ? 'rolled_back' : 'applied'
      expect(await reload(DEBUG)).toMatchObject({ outcome })
      expect(inner).toMatchObject([{ ...asked, trigger: 'inner' }])
      expect(log.events()).toContain('config.reload_inside')
      expect(clock.pending).toBe(0)
    },
  )

  test('in a check is refused, and later is not', async () => {
    const inner: unknown[] = []
    let later = (): void => {}
    const gate = new Promise<void>((resolve) => (later = resolve))
    let afterwards: Promise<unknown> | undefined
    const { reloader, reload, clock } = await model({
      subscribers: [{ name: 'timer', commit: () => void (afterwards = gate.then(() => reloader.reload('a timer'))) }],
      postCheck: {
        checks: [{ name: 'self', check: async () => inner.push(await reloader.reload('inner')) > 0 }],
        window: 1_000,
      },
    })
    expect(await reload(DEBUG, 3_000)).toMatchObject({ outcome: 'applied' })
    expect(inner[0]).toMatchObject(asked)
    // What a subscriber has left behind asks when the reload is over.
    later()
    await clock.advance(1_000)
    expect(await afterwards).toMatchObject({ outcome: 'unchanged', trigger: 'a timer' })
  })
})

describe('what breaks whoever looks at it', () => {
  test('is refused, and the next reload is a reload', async () => {
    const { reloader, reload, source, clock } = await model()
    const broken = {
      get level(): string {
        throw new Error('no level')
      },
      port: 1,
    }
    expect(await reload(broken)).toMatchObject({ outcome: 'rejected', generation: 1, reason: 'no level' })
    source.value = broken
    const [first, second] = [reloader.reload('first'), reloader.reload('second')]
    await clock.advance(500)
    expect(await first).toMatchObject({ outcome: 'rejected' })
    expect(await second).toMatchObject({ outcome: 'rejected' })
    expect(await reload(DEBUG)).toMatchObject({ outcome: 'applied' })
  })

  test('is a failure of a check, too, and takes the change back', async () => {
    const hostile = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('y')
      },
    })
    let asked = 0
    const check = (): boolean => {
      if (asked++ > 0) throw hostile
      return true
    }
    const { reload, reloader } = await model({ postCheck: { checks: [{ name: 'x', check }], window: 1_000 } })
    expect(await reload(DEBUG, 3_000)).toMatchObject({
      outcome: 'rolled_back',
      reason: 'check "x" failed after the change: failed without an error',
    })
    expect(reloader.current.level).toBe('info')
  })
})

test('a refusal that is put right by putting back what is in force is told once', async () => {
  const { reload, source, reloader, clock, log } = await model()
  source.error = new Error('no')
  const refused = reloader.reload('test')
  await clock.advance(100)
  expect(await refused).toMatchObject({ outcome: 'rejected' })
  delete source.error
  expect(await reload(FIRST)).toMatchObject({ outcome: 'unchanged' })
  await reload(FIRST)
  expect(log.events()).toEqual(['config.rejected', 'config.restored'])
  expect(log.lines[1]).toMatchObject({ level: 'info', fields: { generation: 1, trigger: 'test' } })
})

test('whoever ends being asked in the middle of a change is led to its end', async () => {
  const said: string[] = []
  const { reloader, reload } = await model()
  const end = reloader.subscribe({
    name: 'leaves',
    prepare: () => {
      said.push('prepare')
      end()
    },
    commit: () => void said.push('commit'),
  })
  await reload(DEBUG)
  await reload({ level: 'trace', port: 1 })
  expect(said).toEqual(['prepare', 'commit'])
})

test('the hash is the same in whatever order keys were written', async () => {
  const one = await createReloader({ load: () => ({ value: { a: 1, b: { c: 2, d: 3n } } }), watch: false })
  const other = await createReloader({ load: () => ({ value: { b: { d: 3n, c: 2 }, a: 1 } }), watch: false })
  const third = await createReloader({ load: () => ({ value: { b: { d: 4n, c: 2 }, a: 1 } }), watch: false })
  expect(one.snapshot.hash).toBe(other.snapshot.hash)
  expect(third.snapshot.hash).not.toBe(other.snapshot.hash)
})

describe('work that is running', () => {
  test('sees one configuration from beginning to end; what begins later sees the new one', async () => {
    const { reloader, reload } = await model()
    let resume = (): void => {}
    const gate = new Promise<void>((resolve) => (resume = resolve))
    const seen: string[] = []
    const request = reloader.run(async () => {
      seen.push(reloader.current.level)
      await gate
      seen.push(reloader.current.level, `latest ${reloader.latest.level}`, `generation ${reloader.snapshot.generation}`)
      reloader.run(() => seen.push(`new work ${reloader.current.level}`))
    })
    await reload(DEBUG)
    seen.push(`outside ${reloader.current.level}`)
    resume()
    await request
    expect(seen).toEqual(['info', 'outside debug', 'info', 'latest debug', 'generation 1', 'new work debug'])
  })
})

describe('a log or a meter that throws', () => {
  test('hurts nobody', async () => {
    const broken = (): never => {
      throw new Error('full')
    }
    const { reload } = await model({ log: { debug: broken, info: broken, warn: broken, error: broken } })
    expect(await reload(DEBUG)).toMatchObject({ outcome: 'applied' })
  })
})
