import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { History } from '../../../src/trial/history/history.ts'
import { ControlService } from '../../../src/trial/ship/control-service.ts'
import { Lateness } from '../../../src/trial/ship/lateness.ts'
import { watchNoise } from '../../../src/trial/ship/noise-watch.ts'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('lateness is the 99th percentile since it was last asked for', () => {
  const lateness = new Lateness()
  for (let ms = 1; ms <= 100; ms++) lateness.add(ms)
  expect(lateness.takeP99Ms()).toBe(99)
  expect(lateness.takeP99Ms()).toBe(0)
  lateness.add(-3)
  expect(lateness.takeP99Ms()).toBe(0)
})

test('each second there is an event with everything that can be measured', async () => {
  const history = new History({ id: 0, voyage: 'test', label: 'test', clock: systemClock, unixMs: () => 0 })
  await using control = await ControlService.start(systemClock)
  const lateness = new Lateness()
  lateness.add(7)
  const end = watchNoise({ history, clock: systemClock, lateness, control })
  onTestFinished(end)
  const event = await history.waitFor('noise', () => true, 15_000)
  await end()
  expect(event?.latenessMs).toBe(7)
  expect(event?.loopDelayMs).toBeGreaterThanOrEqual(0)
  expect(event?.controlMs).toBeGreaterThan(0)
  expect((event?.at ?? 0) - (event?.startedAt ?? 0)).toBeGreaterThan(900)
  const isLinux = process.platform === 'linux'
  expect(event?.stealRatio !== undefined).toBe(isLinux)
})

test('without a control service and with nothing to wait for, the end comes at once', async () => {
  const history = new History({ id: 0, voyage: 'test', label: 'test', clock: systemClock, unixMs: () => 0 })
  const end = watchNoise({ history, clock: systemClock, lateness: new Lateness() })
  await end()
  expect(history.soFar('noise').every(({ controlMs }) => controlMs === undefined)).toBe(true)
})

test('the control service ends with its owner', async () => {
  const control = await ControlService.start(systemClock)
  expect(await control.ask()).toBeGreaterThan(0)
  const { pid } = control
  await control[Symbol.asyncDispose]()
  expect(isAlive(pid)).toBe(false)
  expect(await control.ask()).toBeUndefined()
  await control[Symbol.asyncDispose]()
})

test('the control service ends by itself when its owner is killed', async () => {
  const owner = `
    const { ControlService } = await import(${JSON.stringify(new URL('../../../src/trial/ship/control-service.ts', import.meta.url).href)})
    const { systemClock } = await import(${JSON.stringify(new URL('../../../src/core/clock.ts', import.meta.url).href)})
    console.log((await ControlService.start(systemClock)).pid)
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', owner], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = Number((await once(child.stdout, 'data'))[0])
  expect(isAlive(pid)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
})
