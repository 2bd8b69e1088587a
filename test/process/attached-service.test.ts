import { expect, test } from 'vitest'
import { launchLogged, startLogged } from './logged-service.ts'

const CLEAN = { code: 0, signal: null }

test('SIGTERM: an application with a listen of its own serves through the drain, answers what is in flight, and ends with 0', async () => {
  await using shop = await startLogged('attached', { DRAIN: '500ms' })
  const inFlight = fetch(`${shop.url}/?waitMs=900`)
  await shop.line('request /?waitMs=900')
  shop.kill('SIGTERM')
  await shop.line('attached received SIGTERM')
  expect((await fetch(`${shop.adminUrl}/readyz`)).status).toBe(503)
  const during = await fetch(`${shop.url}/?waitMs=0`)
  expect([await during.text(), during.headers.get('connection')]).toEqual(['answered after 0', 'close'])
  const answer = await inFlight
  expect([await answer.text(), answer.headers.get('connection')]).toEqual(['answered after 900', 'close'])
  expect(await shop.exit).toEqual(CLEAN)
  expect(shop.report()).toMatchObject({ reason: 'SIGTERM', clean: true, aborted: [], laggards: [] })
})

test('a request that was in flight before the application was attached is answered, whatever the signal finds', async () => {
  await using shop = launchLogged('attached', { WHEN: 'serving' })
  const port = (await shop.line('serving on')).split(' ').at(-1)
  const inFlight = fetch(`http://127.0.0.1:${port}/?waitMs=2000`)
  await shop.line('attached is ready')
  shop.kill('SIGTERM')
  expect(await (await inFlight).text()).toBe('answered after 2000')
  expect(await shop.exit).toEqual(CLEAN)
})

test('a request that outlasts its slice is cut, named by listener and path, and the exit code is 1', async () => {
  await using shop = await startLogged('attached')
  const request = fetch(`${shop.url}/slow?waitMs=30000`).catch(() => 'cut')
  await shop.line('request /slow?waitMs=30000')
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(await request).toBe('cut')
  expect(shop.report()).toMatchObject({ aborted: [expect.stringMatching(/^http: GET \/slow after /)] })
})

test('an application that never listens does not start: the error says which server and what to do', async () => {
  await using shop = launchLogged('attached', { WHEN: 'never' })
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  const told = shop.log().find(({ level }) => level === 'error')
  expect(told).toMatchObject({
    msg: 'attached did not start',
    err: { message: expect.stringContaining('The application was to call listen() for "http"') as string },
  })
  // Who reads one line only reads this one.
  expect(shop.log().at(-1)?.msg).toMatch(/what had started was stopped again\. Call listen\(\) before the start/)
})
