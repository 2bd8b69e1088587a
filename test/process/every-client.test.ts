import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { connectPlainly, startEveryone } from './start-everyone.ts'

const CLEAN = { code: 0, signal: null }
const UNCLEAN = { code: 1, signal: null }

function connection(port: number, wireDelayMs = 0): RawConnection {
  return new RawConnection({ clock: systemClock, host: '127.0.0.1', port, wireDelayMs })
}

describe('at SIGTERM, a client', () => {
  test('that keeps an idle connection gets an orderly close', async () => {
    await using service = await startEveryone()
    const client = await connectPlainly(service.httpPort)
    client.socket.write('GET /fast HTTP/1.1\r\nHost: x\r\n\r\n')
    await service.line('request /fast')
    await service.beginStop()
    expect(await client.ending).toBe('end')
    expect(client.text()).toContain('answer of /fast')
    expect(await service.exit).toEqual(CLEAN)
    // Closed because it stayed idle, long before the limit would have cut it.
    expect(service.report()).toMatchObject({ figures: { http: { idleClosed: 1, cut: 0 } } })
  })

  test('that goes on asking over kept-alive connections is answered until one answer says close', async () => {
    await using service = await startEveryone()
    const chatty = connection(service.httpPort, 25)
    await chatty.request({ path: '/fast' })
    await service.beginStop()
    let last = await chatty.request({ path: '/fast' })
    while (chatty.isUsable) last = await chatty.request({ path: '/fast' })
    expect(last).toMatchObject({ outcome: 'answered', status: 200, saidClose: true })
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that never says anything holds nobody up', async () => {
    await using service = await startEveryone()
    const silent = await connectPlainly(service.httpPort)
    await service.beginStop()
    expect(await silent.ending).toBe('end')
    expect(silent.text()).toBe('')
    expect(await service.exit).toEqual(CLEAN)
    expect(service.report()).toMatchObject({ figures: { http: { idleClosed: 1, cut: 0 } } })
  })

  test('that connected early and asks late, as Chrome does, is answered', async () => {
    await using service = await startEveryone()
    const early = connection(service.httpPort)
    await early.connect()
    await service.beginStop()
    expect(await early.request({ path: '/fast' })).toMatchObject({ outcome: 'answered', status: 200, saidClose: true })
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that stands still in the middle of its headers is told 408 and holds nobody up', async () => {
    await using service = await startEveryone({ IN_FLIGHT: '6s' })
    const half = await connectPlainly(service.httpPort)
    half.socket.write('GET /fast HTTP/1.1\r\nHo')
    await service.beginStop()
    expect(await half.ending).toBe('end')
    expect(half.text()).toMatch(/^HTTP\/1\.1 408 /)
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that has sent half of its headers is answered when the rest comes', async () => {
    await using service = await startEveryone()
    const half = await connectPlainly(service.httpPort)
    half.socket.write('GET /fast HTTP/1.1\r\nHo')
    await service.beginStop()
    half.socket.write('st: x\r\n\r\n')
    expect(await half.ending).toBe('end')
    expect(half.text()).toMatch(/^HTTP\/1\.1 200 [^]*Connection: close[^]*answer of \/fast/)
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that has sent half of a body is answered when the rest comes', async () => {
    await using service = await startEveryone()
    const half = connection(service.httpPort)
    const answer = half.expect({ method: 'POST' })
    half.send('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfirst')
    await service.line('request /echo')
    await service.beginStop()
    half.send('later')
    expect(await answer).toMatchObject({ outcome: 'answered', status: 200, body: Buffer.from('firstlater') })
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that never sends the rest of its body is cut at the limit, and named', async () => {
    await using service = await startEveryone()
    const half = await connectPlainly(service.httpPort)
    half.socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfirst')
    await service.line('request /echo')
    await service.beginStop()
    expect(await service.exit).toEqual(UNCLEAN)
    expect(service.report()).toMatchObject({ aborted: [expect.stringMatching(/^http: POST \/echo after /)] })
  })

  test('that reads slowly gets all of its answer', async () => {
    await using service = await startEveryone({ IN_FLIGHT: '20s' })
    const slow = connection(service.httpPort)
    const answer = slow.request({ path: '/big' })
    slow.pause()
    await service.line('request /big')
    await service.beginStop()
    await wait(600)
    slow.resume()
    expect(await answer).toMatchObject({ outcome: 'answered', bodyBytes: 32 * 1024 * 1024 })
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that stops reading is cut at the limit, and named', async () => {
    await using service = await startEveryone()
    const stuck = await connectPlainly(service.httpPort)
    stuck.socket.pause()
    stuck.socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n')
    await service.line('request /big')
    await service.beginStop()
    expect(await service.exit).toEqual(UNCLEAN)
    expect(service.report()).toMatchObject({ aborted: [expect.stringMatching(/^http: GET \/big after /)] })
    stuck.socket.destroy()
  })

  test('that has sent several requests at once gets every answer, and only the last says close', async () => {
    await using service = await startEveryone()
    const pipelined = connection(service.httpPort)
    const answers = [pipelined.expect(), pipelined.expect(), pipelined.expect()]
    pipelined.send('GET /slow?ms=400 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
    await service.line('request /slow')
    await service.beginStop()
    const results = await Promise.all(answers)
    expect(results.map(({ outcome, saidClose }) => [outcome, saidClose])).toEqual([
      ['answered', false],
      ['answered', false],
      ['answered', true],
    ])
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that never makes its TLS handshake holds nobody up', async () => {
    await using service = await startEveryone()
    const silent = await connectPlainly(service.httpsPort)
    await service.beginStop()
    await silent.ending
    expect(await service.exit).toEqual(CLEAN)
    expect(service.report()).toMatchObject({ figures: { https: { idleClosed: 1, cut: 0 } } })
  })

  test('that listens to events sees their orderly end, so that it comes back elsewhere', async () => {
    await using service = await startEveryone()
    const events = await connectPlainly(service.httpPort)
    events.socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
    await service.line('request /events')
    await service.beginStop()
    expect(await events.ending).toBe('end')
    expect(events.text()).toMatch(/data: 0\n\n[^]*0\r\n\r\n$/)
    expect(await service.exit).toEqual(CLEAN)
  })
})

describe('a handler', () => {
  test('that listens to the signal of its request ends in time, and the exit is clean', async () => {
    await using service = await startEveryone()
    const answer = connection(service.httpPort).request({ path: '/polite' })
    await service.line('request /polite')
    await service.beginStop()
    expect(await answer).toMatchObject({ outcome: 'answered', status: 503 })
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that does not is cut at the limit, and named', async () => {
    await using service = await startEveryone()
    const answer = connection(service.httpPort).request({ path: '/hang' })
    await service.line('request /hang')
    await service.beginStop()
    expect((await answer).outcome).toMatch(/^reset/)
    expect(await service.exit).toEqual(UNCLEAN)
    expect(service.report()).toMatchObject({ aborted: [expect.stringMatching(/^http: GET \/hang after /)] })
  })

  test('that blocks the event loop for a while costs nobody their answer', async () => {
    await using service = await startEveryone()
    const others = [connection(service.httpPort, 25), connection(service.httpPort, 25)]
    for (const other of others) await other.request({ path: '/fast' })
    const blocking = connection(service.httpPort).request({ path: '/block?ms=700' })
    await service.line('request /block')
    service.kill('SIGTERM')
    const answers = await Promise.all([blocking, ...others.map((other) => other.request({ path: '/fast' }))])
    expect(answers.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['answered', 200],
      ['answered', 200],
      ['answered', 200],
    ])
    expect(await service.exit).toEqual(CLEAN)
  })

  test('that lets an exception go in the middle of the drain does not cost others their answers; the exit code is 1', async () => {
    await using service = await startEveryone()
    const slow = connection(service.httpPort).request({ path: '/slow?ms=500' })
    await service.line('request /slow')
    const crash = connection(service.httpPort).request({ path: '/crash?ms=150' })
    await service.line('request /crash')
    await service.beginStop()
    expect(await crash).toMatchObject({ outcome: 'answered', status: 200 })
    expect(await slow).toMatchObject({ outcome: 'answered', status: 200 })
    expect(await service.exit).toEqual(UNCLEAN)
    expect(service.lines.some((line) => line.includes('nobody caught this'))).toBe(true)
  })
})
