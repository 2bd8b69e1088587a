import type { Random } from '../../../src/load/random.ts'

/** Bytes for the admin port that no friend would send, or not as who he says he is. */
export interface BadRequest {
  readonly kind: string
  readonly bytes: Buffer
  /** Whether private pages may be shown for it. */
  readonly isTrusted: boolean
}

export interface Surroundings {
  readonly token: string
  /** Of each request that has no business to know: it must come out nowhere. */
  readonly guess: string
}

type Make = (random: Random, surroundings: Surroundings) => string | Buffer

const PROBES = ['/livez', '/readyz', '/startupz', '/healthz', '/health', '/healthz/nobody'] as const
const PAGES = ['/-/config', '/-/log-levels', '/-/reload', '/-/budget', '/metrics'] as const
/** What makes a request from this machine one from elsewhere. */
const FROM_ELSEWHERE = 'x-forwarded-for: 203.0.113.7'
const CLOSE = 'connection: close'

function message(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  return [line, 'host: 127.0.0.1', ...headers, ...length, CLOSE, '', body].join('\r\n')
}

const get = (path: string, ...headers: readonly string[]): string => message(`GET ${path} HTTP/1.1`, headers)
const anyPath = (random: Random): string => random.pick([...PROBES, ...PAGES])

function wrongCredentials(random: Random, { token, guess }: Surroundings): string {
  return random.pick([
    `Bearer ${guess}`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${Buffer.from(token).toString('base64')}`,
    `Bearer "${token}"`,
    `Basic ${Buffer.from(`admin:${guess}`).toString('base64')}`,
    'Bearer ',
    'Bearer',
    'Bearer undefined',
    guess,
  ])
}

const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '"debug"',
  '{"level":"loud"}',
  '{"level":1}',
  '{"level":"debug","ttl":"soon"}',
  '{"level":"debug","ttl":-1}',
  '{"level":"debug","logger":["db"]}',
  '{"level":"debug","logger":"**.."}',
  '{"levels":"debug"}',
  '{"__proto__":{"level":"trace"}}',
  '{"level":"debug","level":"silent","ttl":"1000d"}',
  `{"logger":"${'x'.repeat(5000)}","level":"info"}`,
  '['.repeat(3000),
  'x'.repeat(70_000),
]

const UNTRUSTED: Readonly<Record<string, Make>> = {
  'no token': (random) => get(anyPath(random), FROM_ELSEWHERE),
  'a wrong token': (random, around) =>
    get(anyPath(random), FROM_ELSEWHERE, `authorization: ${wrongCredentials(random, around)}`),
  'a token in the query': (random, { guess }) =>
    get(`${anyPath(random)}?token=${guess}&access_token=${guess}&verbose=${random.below(9)}`, FROM_ELSEWHERE),
  'a control without a token': (random) =>
    message(
      `${random.pick(['PUT /-/log-levels', 'POST /-/reload', 'DELETE /-/config', 'PATCH /-/log-levels'])} HTTP/1.1`,
      [FROM_ELSEWHERE, 'content-type: application/json'],
      random.pick(BODIES),
    ),
  'a foreign host': (random) => `GET ${random.pick(PAGES)} HTTP/1.1\r\nhost: rebound.example\r\n${CLOSE}\r\n\r\n`,
}

const TRUSTED: Readonly<Record<string, Make>> = {
  noise: (random) => random.bytes(1 + random.below(600)),
  'noise in a request': (random) => {
    const bytes = Buffer.from(get(anyPath(random)))
    for (let count = 1 + random.below(8); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  'a request that is cut off': (random) => {
    const text = message('PUT /-/log-levels HTTP/1.1', ['content-type: application/json'], '{"level":"info"}')
    return text.slice(0, random.below(text.length))
  },
  'a wrong method': (random) =>
    message(
      `${random.pick(['POST', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH', 'PROPFIND', 'BREW', 'get', 'CONNECT'])} ${anyPath(random)} HTTP/1.1`,
    ),
  'a wrong path': (random) =>
    get(
      random.pick([
        '/-/../-/config',
        '/-/..%2f..%2fetc/passwd',
        '//-/config',
        '/-/config/',
        '/-/',
        '/%00',
        '/%',
        '/\u00e9',
        `/${'a'.repeat(1 + random.below(20_000))}`,
        'http://elsewhere.example/-/config',
        '*',
        '-/config',
        `/livez?${'x=1&'.repeat(random.below(3000))}`,
        '/healthz/__proto__',
        '/healthz/constructor',
      ]),
    ),
  'a wrong version': (random) =>
    `GET /livez HTTP/${random.pick(['0.9', '1.2', '2.0', '9.9', 'x', ''])}\r\nhost: a\r\n\r\n`,
  'another protocol': (random) =>
    random.pick([
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      Buffer.from('16030100f1010000ed0303', 'hex'),
      'SSH-2.0-OpenSSH_9.9\r\n',
      '*1\r\n$4\r\nPING\r\n',
      '\u0000\u0000\u0000\u0008\u0004\u00d2\u0016\u002f',
    ]),
  'too many headers': (random) =>
    get('/livez', ...Array.from({ length: 100 + random.below(3000) }, (_, index) => `x-${index}: y`)),
  'a header that is too long': (random) => get('/livez', `x-long: ${'y'.repeat(random.below(70_000))}`),
  'headers that contradict each other': (random) =>
    `PUT /-/log-levels HTTP/1.1\r\nhost: 127.0.0.1\r\n${random.pick([
      'content-length: 5\r\ntransfer-encoding: chunked',
      'content-length: 5\r\ncontent-length: 6',
      'content-length: -1',
      'content-length: 99999999999999999999',
      'transfer-encoding: gzip, chunked',
      'transfer-encoding: identity',
      'host: two.example',
      'content-length : 5',
      ' folded: x',
      'x: a\u0000b',
      'x\r: y',
    ])}\r\n\r\n0\r\n\r\nGET /-/config HTTP/1.1\r\nhost: a\r\n\r\n`,
  'bad chunks': (random) =>
    `PUT /-/log-levels HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n${random.pick(['zz\r\n', '-1\r\n', 'fffffffffffffffff\r\n', '5\r\nab', '1;x=y\r\nab\r\n', '\r\n'])}`,
  'a bad body': (random) =>
    message(
      'PUT /-/log-levels HTTP/1.1',
      [`content-type: ${random.pick(['application/json', 'text/plain', ''])}`],
      random.pick(BODIES),
    ),
  'an expectation': (random) => get('/livez', `expect: ${random.pick(['100-continue', 'a miracle', ''])}`),
  'an upgrade': (random) =>
    `GET ${anyPath(random)} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: ${random.pick(['websocket', 'h2c', 'x'])}\r\nsec-websocket-key: x\r\n\r\n`,
  'several at once': (random) =>
    Array.from({ length: 2 + random.below(30) }, () => `GET ${random.pick(PROBES)} HTTP/1.1\r\nhost: a\r\n\r\n`).join(
      '',
    ),
  'odd headers': (random) =>
    get(
      anyPath(random),
      random.pick([
        'accept: */*;q=x',
        'accept: application/health+json;;;',
        `accept: ${'text/html,'.repeat(500)}`,
        'range: bytes=0-1,5-',
        'if-none-match: *',
        'accept-encoding: br;q=2, gzip',
        'traceparent: 00-zz-zz-01',
        `baggage: ${'a=b,'.repeat(3000)}`,
        'forwarded: for="_x',
        'cookie: ;;;=',
      ]),
    ),
}

const KINDS: readonly (readonly [string, Make, boolean])[] = [
  // As often as all others together: this is where something could be told to whom it is not for.
  ...Object.entries(UNTRUSTED).flatMap(([kind, make]) => Array.from({ length: 3 }, () => [kind, make, false] as const)),
  ...Object.entries(TRUSTED).map(([kind, make]) => [kind, make, true] as const),
]

export const REQUEST_KINDS: readonly string[] = [...new Set(KINDS.map(([kind]) => kind))]

/** One of each kind in turn. */
export function badRequest(index: number, random: Random, around: Surroundings): BadRequest {
  const [kind, make, isTrusted] = KINDS[index % KINDS.length] as (typeof KINDS)[number]
  return { kind, isTrusted, bytes: Buffer.from(make(random, around)) }
}
