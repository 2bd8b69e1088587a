import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtobufWriter } from '../../../src/otlp/protobuf-writer.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import { RequestTemplate } from '../../../src/telemetry/instrumentation/request-template.ts'
import { ServerRequestAttributes } from '../../../src/telemetry/instrumentation/server-request-attributes.ts'

const nameMethod = createMethodNames()
const text = fc.string({ unit: 'binary', maxLength: 150 })
const target = fc.oneof(
  fc.string({ maxLength: 80 }).map((rest) => `/${rest}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom('*', '', '/a?b=c#d', '/?', 'http://user:secret@shop.example/a?sig=1', '//x/y'),
  fc.constantFrom('http://user:secret@[/a', 'user:secret@shop.example:443', 'http://u:secret@a:b/@c'),
)

test('what goes out as bytes is what whoever reads the attributes is given, and as many as counted', () => {
  fc.assert(
    fc.property(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'PURGE'),
        scheme: fc.constantFrom('http' as const, 'https' as const),
        host: fc.option(fc.oneof(fc.domain(), fc.constantFrom('a:1', '[::1]:8080', 'not a host')), { nil: undefined }),
        userAgent: fc.option(text, { nil: undefined }),
        remoteAddress: fc.option(fc.ipV4(), { nil: undefined }),
        remotePort: fc.option(fc.nat(65_535), { nil: undefined }),
        target,
        route: fc.option(
          text.filter((route) => route !== ''),
          { nil: undefined },
        ),
        status: fc.constantFrom(0, 200, 404, 503),
      }),
      ({ method, scheme, host, userAgent, remoteAddress, remotePort, target, route, status }) => {
        const facts = { method, host, userAgent, version: '1.1' }
        const peer = { remoteAddress, remotePort }
        const attributes = new ServerRequestAttributes(
          new RequestTemplate(facts, nameMethod(method), scheme, peer),
          target,
        )
        if (route !== undefined) attributes.route = route
        attributes.status = status

        const read: [string, unknown][] = []
        attributes.fill((key, value) => void read.push([key, value]))
        const alone = new ProtobufWriter()
        for (const [key, value] of read) {
          if (typeof value === 'number') alone.numberPair(74, key, value)
          else alone.textPair(74, key, String(value))
        }
        const whole = new ProtobufWriter()
        attributes.encode(whole)

        expect(Buffer.from(whole.finish()).equals(alone.finish())).toBe(true)
        expect(attributes.count).toBe(read.length)
        expect(new Set(read.map(([key]) => key)).size).toBe(read.length)
        for (const [key] of read) expect(attributes.has(key)).toBe(true)
        const absent = ['http.route', 'url.query', 'http.response.status_code', 'user_agent.original', 'own']
        for (const key of absent) expect(attributes.has(key)).toBe(read.some(([name]) => name === key))
        expect(JSON.stringify(read)).not.toContain('secret')
      },
    ),
  )
})

test('a template fits requests that say the same, and no other', () => {
  const facts = { method: 'GET', host: 'a', userAgent: 'b', version: '1.1' }
  const template = new RequestTemplate(facts, nameMethod('GET'), 'http', {})
  expect(template.fits('GET', 'a', 'b', '1.1')).toBe(true)
  expect(template.fits('HEAD', 'a', 'b', '1.1')).toBe(false)
  expect(template.fits('GET', 'x', 'b', '1.1')).toBe(false)
  expect(template.fits('GET', 'a', undefined, '1.1')).toBe(false)
  expect(template.fits('GET', 'a', 'b', '1.0')).toBe(false)
})
