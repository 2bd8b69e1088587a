import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfterMs } from '../../../../src/telemetry/pipeline/transports/retry-after.ts'

const DAY_MS = 86_400_000
const SECONDS = fc.integer({ min: 1, max: DAY_MS / 1000 })
/** Whole seconds from 1970 to 2100. */
const MOMENTS = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000)
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const imfDate = (ms: number): string => new Date(ms).toUTCString()

/** `Sun Nov  6 08:49:37 1994` */
function ascTime(ms: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = imfDate(ms).replace(',', '').split(' ')
  return `${day} ${month} ${date.replace(/^0/, ' ')} ${time} ${year}`
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function rfc850(ms: number): string {
  const [, date = '', month = '', year = '', time = ''] = imfDate(ms).split(' ')
  return `${WEEKDAYS[new Date(ms).getUTCDay()]}, ${date}-${month}-${year.slice(2)} ${time} GMT`
}

test('seconds are taken as they are, up to a day', () => {
  fc.assert(
    fc.property(SECONDS, (seconds) => {
      expect(retryAfterMs(` ${seconds} `, undefined)).toBe(seconds * 1000)
    }),
  )
  expect(retryAfterMs('9'.repeat(400), undefined)).toBe(DAY_MS)
})

test('a date counts from the date of the answer, whatever the clock here says', () => {
  fc.assert(
    fc.property(
      MOMENTS,
      SECONDS,
      fc.constantFrom(imfDate, ascTime),
      fc.constantFrom(imfDate, ascTime),
      (now, seconds, a, b) => {
        expect(retryAfterMs(a(now + seconds * 1000), b(now))).toBe(seconds * 1000)
      },
    ),
  )
})

test('the obsolete form with two digits of the year is taken, too', () => {
  fc.assert(
    fc.property(SECONDS, (seconds) => {
      const now = Date.UTC(2026, 10, 22)
      expect(retryAfterMs(rfc850(now + seconds * 1000), imfDate(now))).toBe(seconds * 1000)
    }),
  )
})

test('what asks for no time asks for nothing: 0, the past, a date without a date beside it', () => {
  expect(retryAfterMs('0', undefined)).toBeUndefined()
  expect(retryAfterMs('00', undefined)).toBeUndefined()
  fc.assert(
    fc.property(MOMENTS, fc.nat(), (now, ago) => {
      expect(retryAfterMs(imfDate(now - ago), imfDate(now))).toBeUndefined()
      expect(retryAfterMs(imfDate(now), undefined)).toBeUndefined()
    }),
  )
})

test('whatever a server sends, the time is none or from 1 ms to a day', () => {
  const text = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[-+\d.eE, :A-Za-z]{0,30}$/)), { nil: undefined })
  fc.assert(
    fc.property(text, text, (retryAfter, date) => {
      const waitMs = retryAfterMs(retryAfter, date)
      expect(waitMs ?? 1).toSatisfy((ms: number) => ms >= 1 && ms <= DAY_MS)
    }),
  )
})

test.for(['-1', '1.5', '1e3', '0x10', '+5', '5 s', 'soon', ''])('"%s" is not taken for seconds', (text) => {
  expect(retryAfterMs(text, undefined)).toBeUndefined()
})
