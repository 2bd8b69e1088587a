import { type Attributes, SpanKind } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { AttributeTemplate } from '../../../src/telemetry/instrumentation/templated-attributes.ts'
import { describeFurther, TemplatedAttributes } from '../../../src/telemetry/instrumentation/templated-attributes.ts'
import { targetOfAuthority, targetOfFetch } from '../../../src/telemetry/instrumentation/request-targets.ts'
import { describeUrl } from '../../../src/telemetry/instrumentation/url-redaction.ts'
import { TraceFixture } from '../trace/trace-fixture.ts'

const SHARED = { 'server.address': 'shop', 'server.port': 8080 }
const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(), fc.double({ noNaN: true }))
const step = fc.oneof(
  fc.record({ what: fc.constant('describe' as const), key: fc.constantFrom('a', 'b', 'c'), value }),
  fc.record({ what: fc.constant('set' as const), key: fc.constantFrom('b', 'd', 'server.port'), value }),
  fc.record({ what: fc.constant('read' as const) }),
)

test('whatever others read or set meanwhile, what goes out is what was said, the latest last', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const fixture = new TraceFixture()
      const attributes = new TemplatedAttributes(new AttributeTemplate(new Map(Object.entries(SHARED))))
      const span = fixture.tracer.startDescribedSpan(
        'call',
        SpanKind.CLIENT,
        FAST_ROOT,
        () => ({}),
        (recording) => recording.setDeferredAttributes(attributes),
      )
      const expected: Attributes = { ...SHARED }
      const described = new Set<string>()
      for (const each of steps) {
        if (each.what === 'read') {
          expect((span as unknown as { attributes: Attributes }).attributes).toEqual(expected)
          continue
        }
        if (each.what === 'set') span.setAttribute(each.key, each.value)
        // An instrumentation says each thing once.
        else if (described.has(each.key)) continue
        else describeFurther(span, attributes, each.key, each.value)
        if (each.what === 'describe') described.add(each.key)
        expected[each.key] = each.value
      }
      span.end()
      const [sent] = fixture.spans
      expect(sent?.attributes).toEqual(expected)
      expect(sent?.droppedAttributesCount).toBe(0)
    }),
  )
})

test('a URL that needs no parsing is written as the parser writes it', () => {
  const path = fc.oneof(
    fc.webPath().map((text) => `/${text.replace(/^\/+/, '')}`),
    fc.webUrl({ withQueryParameters: true }).map((url) => url.slice(new URL(url).origin.length)),
    fc.string({ maxLength: 30 }).map((text) => `/${text}`),
    fc.constantFrom('/', '/..', '/a/../b', '/%2e/a', '/a?', '/a?b=c&sig=x', '/a?b#c', '/a b', '/é', "/a'b?c'd", '/?'),
  )
  fc.assert(
    fc.property(
      path,
      fc.constantFrom('http', 'https'),
      fc.constantFrom('shop', 'shop:8080', '[::1]:1'),
      (path, scheme, host) => {
        const origin = `${scheme}://${host}`
        const parsed = URL.parse(`${origin}${path}`)
        fc.pre(path.startsWith('/') && !path.startsWith('//') && parsed !== null)
        const expected = describeUrl(parsed)
        expect(targetOfFetch('GET', origin, path)?.url).toBe(expected)
        expect(targetOfAuthority('GET', scheme, host, path).url).toBe(expected)
      },
    ),
  )
})
