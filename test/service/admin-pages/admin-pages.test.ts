import { closeSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createService, type LogLevel, type ServiceOptions, toSecret } from 'seaworthy'
import { quiet } from '../open-service.ts'
import { temporaryFiles } from '../../config/temporary-files.ts'

const TOKEN = 'admin-t0ken-canary'

interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  json(): Record<string, unknown>
}

interface AskOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** By `node:http`, because `fetch` sends `sec-fetch-mode` and its own `accept`. */
function ask(base: string, path: string, { method = 'GET', headers = {}, body }: AskOptions = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, base), { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

const FROM_ELSEWHERE = { 'x-forwarded-for': '192.0.2.1' }

describe.each([
  ['a thread has the admin port', true],
  ['the main thread has the admin port', false],
])('%s', (_, offLoop) => {
  async function start({ level = 'silent', ...over }: Partial<ServiceOptions> & { readonly level?: LogLevel } = {}) {
    const fd = openSync('/dev/null', 'w')
    onTestFinished(() => closeSync(fd))
    const service = createService(
      quiet({
        admin: { port: 0, host: '127.0.0.1', token: TOKEN, offLoop },
        logging: { level, fd },
        ...over,
      }),
    )
    onTestFinished(async () => void (await service.stop()))
    service.resource('db', { start: ({ log }) => log })
    await service.start()
    const base = service.adminAddress?.url as string
    const put = (body: unknown, headers: Record<string, string> = {}) =>
      ask(base, '/-/log-levels', {
        method: 'PUT',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    return { service, base, put }
  }

  test('the configuration is told with generation, files and the source of each value, and no secret', async () => {
    await using files = await temporaryFiles({
      'base.yaml': 'http: { port: 8080 }\ndatabase: { url: "postgres://app:canary1@db/x", password: canary2 }\n',
      'local.yaml': 'http: { port: 9000 }\n',
      pass: 'canary3\n',
    })
    const schema = z.object({
      http: z.object({ port: z.number() }),
      database: z.object({ url: z.string(), password: z.string().transform(toSecret) }),
    })
    const { base, service } = await start({
      config: { schema, files: [files.path('base.yaml'), files.path('local.yaml')] },
      env: { OTEL_SDK_DISABLED: 'true', DATABASE__PASSWORD_FILE: files.path('pass') },
    })
    expect((service.config as z.output<typeof schema>).database.password.reveal()).toBe('canary3')
    const answer = await ask(base, '/-/config')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toMatchObject({
      service: 'subject',
      generation: 1,
      files: expect.arrayContaining([files.path('base.yaml'), files.path('pass')]),
      pendingRestart: [],
      values: [
        {
          path: 'database.password',
          value: '[secret]',
          source: 'environment',
          variable: 'DATABASE__PASSWORD_FILE',
          overrode: [{ source: 'file', value: '[secret]', file: files.path('base.yaml') }],
        },
        { path: 'database.url', value: 'postgres://app:***@db/x', source: 'file' },
        {
          path: 'http.port',
          value: 9000,
          source: 'file',
          file: files.path('local.yaml'),
          line: 1,
          overrode: [{ source: 'file', value: 8080, file: files.path('base.yaml'), line: 1 }],
        },
      ],
    })
    const text = await ask(base, '/-/config', { headers: { accept: 'text/plain' } })
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text.text).toContain(`http.port          9000`)
    expect(text.text).toContain(`local.yaml:1:9; overrode 8080 of ${files.path('base.yaml')}:1:9`)
    expect(answer.text + text.text).not.toContain('canary')
  })

  test('curl gets text, whoever asks for JSON gets that', async () => {
    const { base } = await start()
    const type = async (headers: Record<string, string>, query = '') =>
      (await ask(base, `/-/log-levels${query}`, { headers })).headers['content-type']
    const curl = { 'user-agent': 'curl/8.14.1', accept: '*/*' }
    expect(await type(curl)).toMatch(/^text\/plain/)
    expect(await type({ ...curl, accept: 'application/json' })).toBe('application/json')
    expect(await type({})).toBe('application/json')
    expect(await type({}, '?format=text')).toMatch(/^text\/plain/)
    expect(await type(curl, '?format=json')).toBe('application/json')
  })

  test('a level is set for a while, for loggers that are there, and ended', async () => {
    const { service, base, put } = await start({ level: 'error' })
    const child = service.log.child({ component: 'db' })
    const answer = await put({ level: 'debug', logger: 'db', ttl: '10m' })
    expect(answer.status).toBe(200)
    expect(child.isLevelEnabled('debug')).toBe(true)
    const levels = (await ask(base, '/-/log-levels')).json()
    expect(levels).toMatchObject({ level: 'error', loggers: { db: 'debug' }, lasting: { level: 'error', loggers: {} } })
    expect(levels['overrides']).toEqual([{ logger: 'db', level: 'debug', leftMs: expect.any(Number) }])
    const text = (await ask(base, '/-/log-levels', { headers: { accept: 'text/plain' } })).text
    expect(text).toMatch(/^\(the service\) {2}error\n[^]*^db\s+debug {2}for another (?:10m|9m\d+s)$/m)
    expect((await put({ level: null, logger: 'db' })).status).toBe(200)
    expect(child.isLevelEnabled('debug')).toBe(false)
    expect((await put({ level: 'fatal' })).json()).toMatchObject({ level: 'fatal' })
    expect(service.log.level).toBe('fatal')
  })

  test.each<[string | object, string, RegExp]>([
    ['', 'body', /is empty/],
    ['level=debug', 'body', /is no JSON object/],
    ['[1]', 'body', /is no JSON object/],
    ['null', 'body', /is no JSON object/],
    [{}, 'level', /is missing/],
    [{ level: 'debgu' }, 'level', /is no level\. Did you mean "debug"\?/],
    [{ level: 7 }, 'level', /Send one of trace, debug/],
    [{ level: 'debug', logger: '' }, 'logger', /is no name/],
    [{ level: 'debug', logger: '..' }, 'body', /"logger" is no name of loggers/],
    [{ level: 'debug', ttl: 10 }, 'ttl', /is no time with its unit/],
    [{ level: 'debug', ttl: '600' }, 'ttl', /is no time with its unit/],
    [{ level: 'debug', ttl: '3d' }, 'body', /"ttl" is 259200000 ms, expected 1000 to 86400000 ms/],
    [{ level: 'debug', loger: 'db' }, 'loger', /is not known here\. Did you mean "logger"\?/],
  ])('%j is refused with the key and what to do, and nothing is changed', async (body, key, detail) => {
    const { base, put } = await start()
    const before = (await ask(base, '/-/log-levels')).json()
    const answer = await put(body)
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    const problem = answer.json()
    expect(problem).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400, errors: [{ key }] })
    expect(problem['detail']).toMatch(detail)
    expect((await ask(base, '/-/log-levels')).json()).toEqual(before)
  })

  test('a body that is too large, no UTF-8, or for nothing is refused', async () => {
    const { base, put } = await start()
    expect((await put(`{"level":"debug","x":"${'x'.repeat(20_000)}"}`)).status).toBe(413)
    const chunked = { 'transfer-encoding': 'chunked' }
    expect((await put(`{"level":"debug","x":"${'x'.repeat(20_000)}"}`, chunked)).status).toBe(413)
    expect((await put(`{"level":"error"}`, chunked)).status).toBe(200)
    const bad = await ask(base, '/-/log-levels', { method: 'PUT', body: Buffer.from([0xff, 0xfe]) })
    expect(bad.status).toBe(400)
    expect((await ask(base, '/-/nothing', { method: 'PUT', body: '{}' })).status).toBe(404)
    expect((await ask(base, '/nothing', { method: 'PUT', body: '{}' })).status).toBe(413)
    expect((await ask(base, '/livez', { method: 'PUT', body: '{}' })).status).toBe(413)
  })

  test('a client that goes away in the middle of its body changes nothing and breaks nothing', async () => {
    const { service, base } = await start()
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    socket.write('PUT /-/log-levels HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"level":')
    socket.destroy()
    expect((await ask(base, '/-/log-levels')).status).toBe(200)
    expect(service.log.level).toBe('silent')
  })

  test.each([
    ['/-/config', 'GET'],
    ['/-/log-levels', 'GET'],
    ['/-/log-levels', 'PUT'],
    ['/-/reload', 'POST'],
    ['/-/budget', 'GET'],
  ])('%s by %s: for this machine, or with the token; else 401 that tells nothing', async (path, method) => {
    const { service, base } = await start()
    const body = method === 'GET' ? undefined : '{"level":"debug"}'
    const by = (headers: Record<string, string>) =>
      ask(base, path, { method, headers, ...(body === undefined ? {} : { body }) })
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: TOKEN },
      { authorization: 'Basic eDp5' },
    ]) {
      const refused = await by({ ...FROM_ELSEWHERE, ...headers })
      expect([refused.status, refused.text]).toEqual([401, 'Unauthorized\n'])
      expect(refused.headers['www-authenticate']).toBe('Bearer')
    }
    expect((await by({ host: 'evil.example' })).status).toBe(401)
    expect(service.log.level).toBe('silent')
    expect((await by({ ...FROM_ELSEWHERE, authorization: `Bearer ${TOKEN}` })).status).not.toBe(401)
  })

  test('the body of somebody who may not is not even read, however long it is', async () => {
    const { put } = await start()
    expect((await put('x'.repeat(20_000), FROM_ELSEWHERE)).status).toBe(401)
  })

  test('a page in a browser changes nothing, although it is on this machine', async () => {
    const { service, base, put } = await start()
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
      string,
      string
    >[]) {
      const refused = await put({ level: 'debug' }, headers)
      expect([refused.status, refused.json()['title']]).toEqual([403, 'Forbidden'])
      expect((await ask(base, '/-/reload', { method: 'POST', headers })).status).toBe(403)
    }
    expect(service.log.level).toBe('silent')
  })

  test('other methods are refused with what is allowed', async () => {
    const { base } = await start()
    for (const [path, method, allow] of [
      ['/-/config', 'POST', 'GET, HEAD'],
      ['/-/log-levels', 'DELETE', 'GET, PUT, HEAD'],
      ['/-/reload', 'GET', 'POST'],
    ] as const) {
      const refused = await ask(base, path, { method })
      expect([refused.status, refused.headers['allow']]).toEqual([405, allow])
    }
  })

  test('a reload is asked for, and answered with what has become of it', async () => {
    await using files = await temporaryFiles({ 'a.yaml': 'port: 1\nlimit: 1\n' })
    const schema = z.object({ port: z.number(), limit: z.number() })
    const reload = { watch: false, debounce: 10, postCheck: false, restart: ['port'] } as const
    const { base, service } = await start({ config: { schema, files: [files.path('a.yaml')], reload } })
    const by = async (content: string) => {
      await writeFile(files.path('a.yaml'), content)
      const answer = await ask(base, '/-/reload', { method: 'POST' })
      return { contentType: answer.headers['content-type'], ...answer.json(), status: answer.status }
    }
    expect(await by('port: 1\nlimit: 2\n')).toMatchObject({
      status: 200,
      contentType: 'application/json',
      outcome: 'applied',
      generation: 2,
      trigger: 'admin port',
      changes: ['limit'],
    })
    expect((service.config as z.output<typeof schema>).limit).toBe(2)
    expect(await by('port: 1\nlimit: 2\n')).toMatchObject({ status: 200, outcome: 'unchanged' })
    expect(await by('port: 2\nlimit: 2\n')).toMatchObject({ status: 200, outcome: 'pending_restart' })
    expect(await by('port: 1\nlimit: many\n')).toMatchObject({
      status: 422,
      contentType: 'application/problem+json',
      title: 'Unprocessable Content',
      outcome: 'rejected',
      generation: 2,
      detail: expect.stringContaining('limit = "many"'),
    })
    await by('port: 2\nlimit: 2\n')
    expect((await ask(base, '/-/config')).json()).toMatchObject({
      generation: 2,
      reloads: true,
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      trigger: 'admin port',
      pendingRestart: [{ path: 'port', kind: 'changed', because: 'listed as restart: port' }],
    })
    await by('limit: 3\n')
    const told = (await ask(base, '/-/config', { headers: { accept: 'text/plain' } })).text
    expect(told).toMatch(/^subject: generation 2, hash [0-9a-f]{16} since [\dT:.Z-]+ \(admin port\)\n/)
    expect(told).toMatch(/^refused at .* \(admin port\): The configuration is not valid/m)
  })

  test('a reload that is on trial for longer than a page may wait is told as that', async () => {
    await using files = await temporaryFiles({ 'a.yaml': 'limit: 1\n' })
    const schema = z.object({ limit: z.number() })
    const reload = { watch: false, debounce: 10, postCheck: { window: '60s', errorRate: false } } as const
    const { base } = await start({ config: { schema, files: [files.path('a.yaml')], reload } })
    await writeFile(files.path('a.yaml'), 'limit: 2\n')
    const answer = await ask(base, '/-/reload', { method: 'POST' })
    expect([answer.status, answer.json()['outcome']]).toEqual([202, 'on_trial'])
    const trialUntil = expect.stringMatching(/^\d{4}-.*Z$/) as string
    expect((await ask(base, '/-/config?format=json')).json()).toMatchObject({ generation: 2, trialUntil })
    expect((await ask(base, '/-/config?format=text')).text).toMatch(/^on trial until [\d-]+T.*: a change that/m)
  }, 30_000)

  test('what a person has set for a while goes before what the configuration says, until it ends', async () => {
    await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
    const schema = z.object({ level: z.enum(['info', 'warn', 'error']) })
    const reload = { watch: false, debounce: 10, postCheck: false } as const
    const { base, service, put } = await start({
      config: { schema, files: [files.path('a.yaml')], reload },
      settings: (config) => ({ logLevel: (config as z.output<typeof schema>).level, loggers: { db: 'error' } }),
    })
    expect((await ask(base, '/-/log-levels')).json()).toMatchObject({ level: 'info', loggers: { db: 'error' } })
    await put({ level: 'trace' })
    await put({ level: 'debug', logger: 'db' })
    await writeFile(files.path('a.yaml'), 'level: warn\n')
    await ask(base, '/-/reload', { method: 'POST' })
    expect((await ask(base, '/-/log-levels')).json()).toMatchObject({
      level: 'trace',
      lasting: { level: 'warn', loggers: { db: 'error' } },
      loggers: { db: 'debug' },
    })
    await put({ level: null })
    await put({ level: null, logger: 'db' })
    expect(service.log.level).toBe('warn')
    expect((await ask(base, '/-/log-levels')).json()['loggers']).toMatchObject({ db: 'error' })
  })

  test('a service that does not reload says so', async () => {
    const { base } = await start()
    const answer = await ask(base, '/-/reload', { method: 'POST' })
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
    expect(answer.json()['detail']).toContain('Set the option config.reload of createService()')
  })
})
