import { expect, test } from 'vitest'
import { grpcRefusal } from '../../../src/server/shedding/grpc-refusal.ts'

test('a call is refused with UNAVAILABLE, and told twice when to come back', () => {
  expect(grpcRefusal(3)).toMatchObject({
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': '14',
    'grpc-retry-pushback-ms': '3000',
  })
})

test.each([
  [3, '0803'],
  [300, '08ac02'],
])('of %d s, the details are a google.rpc.Status with a RetryInfo, byte by byte', (seconds, duration) => {
  const text = (value: string): string => Buffer.from(value).toString('hex')
  const sized = (hex: string): string => (hex.length / 2).toString(16).padStart(2, '0') + hex
  const info = `0a${sized(duration)}`
  const any = `0a${sized(text('type.googleapis.com/google.rpc.RetryInfo'))}12${sized(info)}`
  const message = text('the service has too much to do, try again later')
  const details = grpcRefusal(seconds)['grpc-status-details-bin'] as string
  expect(details).not.toContain('=')
  expect(Buffer.from(details, 'base64').toString('hex')).toBe(`080e12${sized(message)}1a${sized(any)}`)
})
