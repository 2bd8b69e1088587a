import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HistoryEvent } from '../../src/trial/history/event.ts'
import type { Lifetime } from '../../src/trial/history/lifetime.ts'
import { renderPage } from '../../src/trial/page/render-page.ts'
import { fail } from '../../src/trial/verdict/make-verdict.ts'
import { judged, makeReport } from '../trial/output/report-samples.ts'
import { makeLifetime, makeRequest, makeSpan } from '../trial/samples.ts'
import { type BrowserTab, startBrowser } from './servers/browser.ts'

/* The page of a sea trial in a real browser, opened from a disk. */

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
const REQUESTS = 20_000

let folder: string
let browser: Awaited<ReturnType<typeof startBrowser>>
let tab: BrowserTab

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seaworthy-page-'))
  browser = await startBrowser()
  tab = browser.tab
  await tab.size(1200, 900, false)
  const file = join(folder, 'page.html')
  await writeFile(file, renderPage(makeRun()))
  await tab.open(pathToFileURL(file).href, `document.documentElement?.dataset.drawn === 'yes'`)
})
afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A run with twenty thousand requests, of which every thousandth failed, and one lifetime more. */
function makeRun(): ReturnType<typeof makeReport> {
  const lifetimes = [
    makeStop(),
    makeLifetime([makeRequest({ id: 0, at: 20 })], { voyage: 'starts', label: HOSTILE, id: 1 }),
  ]
  const seen = { lifetime: 0, from: 5000, to: 5100, requests: [999] }
  return makeReport({
    judged: [judged({ id: 'STOP-01' }, fail(HOSTILE, { evidence: [{ says: HOSTILE, seen, lines: [HOSTILE] }] }))],
    sailed: [{ voyage: 'stop', attempt: 1, lifetimes, tookMs: 1, isWhole: true }],
  })
}

function makeStop(): Lifetime {
  const requests = Array.from({ length: REQUESTS }, (_, id) =>
    makeRequest({
      id,
      at: id * 5 + 10,
      path: HOSTILE,
      outcome: id % 1000 === 999 ? 'reset-reused' : 'answered',
      ...(id === 999 ? { trace: { traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled: true } } : {}),
    }),
  )
  const others: readonly HistoryEvent[] = [
    { kind: 'spawned', at: 0, pid: 7, command: 'node', isPid1: false },
    { kind: 'signal', at: 90_000, signal: 'SIGTERM', why: 'trial' },
    { kind: 'output', at: 90_001, stream: 'stderr', line: HOSTILE },
    { kind: 'exited', at: 99_000, code: 0, signal: null },
    makeSpan({ traceId: TRACE, spanId: '1'.repeat(16), endedAt: 5004, name: HOSTILE }),
    makeSpan({ traceId: TRACE, spanId: '2'.repeat(16), parentSpanId: '1'.repeat(16), endedAt: 5003, isError: true }),
  ]
  return makeLifetime([...requests, ...others], { voyage: 'stop', id: 0 })
}

const textOf = (id: string): Promise<string> => tab.evaluate(`document.getElementById('${id}').textContent`)

/** How many points of the canvas are of another colour than the background. */
const inked = (): Promise<number> =>
  tab.evaluate(`(() => {
    const { width, height } = canvas
    const points = canvas.getContext('2d').getImageData(0, 0, width, height).data
    let inked = 0
    for (let at = 3; at < points.length; at += 4) if (points[at] > 0) inked++
    return inked
  })()`)

test('it opens from a disk, draws, and asks no network for anything', async () => {
  expect(await inked()).toBeGreaterThan(5000)
  expect(await textOf('legend')).toContain('19980 answered')
  expect(await textOf('legend')).toContain('20 failed')
  const asked = tab.seen('Network.requestWillBeSent').map(({ request }) => (request as { url: string }).url)
  expect(asked).toEqual([expect.stringMatching(/^file:.*page\.html$/)])
})

test('its policy keeps everything from being loaded, also by a script', async () => {
  expect(await tab.evaluate(`fetch('data:,x').then(() => 'loaded', () => 'refused')`)).toBe('refused')
  expect(
    await tab.evaluate(`new Promise((resolve) => {
    const image = new Image()
    image.onload = () => resolve('loaded')
    image.onerror = () => resolve('refused')
    image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='
  })`),
  ).toBe('refused')
})

test('what a service says is shown and does nothing', async () => {
  expect(await tab.evaluate('document.title')).toMatch(/^Sea trial: 1 failed/)
  expect(await tab.evaluate(`document.querySelectorAll('img').length`)).toBe(0)
  expect(await textOf('verdicts')).toContain(HOSTILE)
  expect(await tab.evaluate(`[...document.querySelectorAll('option')].map((option) => option.textContent)`)).toContain(
    HOSTILE,
  )
  expect(await textOf('events-table')).toContain('stderr: ')
})

test('a link of a verdict goes to its moment, chooses its request and shows the spans', async () => {
  await tab.evaluate(`document.querySelector('a[href^="#seen="]').click()`)
  await tab.until(`document.querySelector('#details h3') !== null`)
  expect(await textOf('details')).toContain('Request 999: reset-reused')
  expect(await tab.evaluate(`document.querySelectorAll('.waterfall li').length`)).toBe(3)
  expect(await textOf('range')).toMatch(/^4\.\d{3} s to 5\.\d{3} s$/)
})

test('by keyboard alone: to the canvas, nearer, further, from request to request, and back to the whole', async () => {
  await tab.evaluate(`document.querySelector('#reset').click()`)
  await tab.evaluate(`document.querySelector('#reset').focus()`)
  await tab.press('Tab')
  expect(await tab.evaluate('document.activeElement.id')).toBe('canvas')
  expect(await tab.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid')
  const whole = await textOf('range')
  await tab.press('+', '+')
  const near = await textOf('range')
  expect(near).not.toBe(whole)
  await tab.press('ArrowRight')
  expect(await textOf('range')).not.toBe(near)
  await tab.press('n', 'n')
  const chosen = await textOf('details')
  await tab.press('n', 'n')
  expect(await textOf('details')).not.toBe(chosen)
  await tab.press('Escape')
  expect(await textOf('details')).toContain('Choose a request')
  await tab.press('0', '0')
  expect(await textOf('range')).toBe(whole)
})

test('every failed request has a button', async () => {
  await tab.evaluate(`document.querySelectorAll('#failed-table button')[4].click()`)
  expect(await textOf('details')).toContain('Request 4999: reset-reused')
})

test('a click on a dot shows its request', async () => {
  await tab.evaluate(`document.querySelectorAll('#failed-table button')[2].click()`)
  await tab.nextFrame()
  const at = await tab.evaluate<{ x: number; y: number }>(`(() => {
    // The ring around the chosen one is the only thing of its colour.
    const probe = document.createElement('span')
    probe.style.color = 'var(--focus)'
    document.body.append(probe)
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number)
    probe.remove()
    const { width, height } = canvas
    const points = canvas.getContext('2d').getImageData(0, 0, width, height).data
    const ring = []
    for (let at = 0; at < points.length; at += 4) {
      if (wanted.every((value, index) => Math.abs(points[at + index] - value) < 3) && points[at + 3] > 250) ring.push(at / 4)
    }
    const xs = ring.map((at) => at % width)
    const ys = ring.map((at) => Math.floor(at / width))
    const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2
    canvas.scrollIntoView({ block: 'center' })
    const box = canvas.getBoundingClientRect()
    return { x: box.left + middle(xs) / devicePixelRatio, y: box.top + middle(ys) / devicePixelRatio }
  })()`)
  await tab.evaluate(
    `document.querySelectorAll('#failed-table button')[0].click(), canvas.scrollIntoView({ block: 'center' })`,
  )
  expect(await textOf('details')).toContain('Request 999:')
  const press = { ...at, button: 'left', clickCount: 1 }
  await tab.call('Input.dispatchMouseEvent', { type: 'mousePressed', ...press })
  await tab.call('Input.dispatchMouseEvent', { type: 'mouseReleased', ...press })
  expect(await textOf('details')).toContain('Request 2999:')
})

test('twenty thousand requests are drawn again and again without a lag', async () => {
  await tab.evaluate(`document.querySelector('#reset').click()`)
  await tab.nextFrame()
  const tookMs = await tab.evaluate<number>(`(() => {
    const times = []
    for (let run = 0; run < 5; run++) {
      const began = performance.now()
      dispatchEvent(new Event('beforeprint'))
      times.push(performance.now() - began)
      dispatchEvent(new Event('afterprint'))
    }
    return Math.min(...times)
  })()`)
  // Not how long it takes is proven, but that nothing of it grows with the square: that would be minutes.
  expect(tookMs).toBeLessThan(2000)
})

test('the other theme is a button away, and the system is followed until then', async () => {
  const ground = (): Promise<string> => tab.evaluate('getComputedStyle(document.body).backgroundColor')
  const light = await ground()
  await tab.size(1200, 900, true)
  const dark = await ground()
  expect(dark).not.toBe(light)
  await tab.evaluate(`document.querySelector('#theme').click()`)
  expect(await ground()).toBe(light)
  await tab.evaluate(`document.querySelector('#theme').click()`)
  expect(await ground()).toBe(dark)
})

test('on 400 pixels nothing has to be moved sideways', async () => {
  await tab.size(400, 800, false)
  await tab.nextFrame()
  expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
})

test('another lifetime is chosen from the list', async () => {
  await tab.evaluate(
    `(() => { lifetime.value = '1'; lifetime.dispatchEvent(new Event('change', { bubbles: true })) })()`,
  )
  expect(await textOf('legend')).toContain('1 answered')
})

test('nothing of it was an error', () => {
  expect(tab.seen('Runtime.exceptionThrown')).toEqual([])
  // What the policy refused was asked for by the test above.
  const logged = tab.seen('Log.entryAdded').map(({ entry }) => entry as { level: string; text: string })
  expect(logged.filter(({ level, text }) => level === 'error' && !text.includes('Content Security Policy'))).toEqual([])
  expect(tab.seen('Runtime.consoleAPICalled')).toEqual([])
})
