import { expect, test } from 'vitest'
import { factsLines } from '../../../src/trial/output/facts-lines.ts'
import { makeFacts } from '../samples.ts'

const route = (path: string, method: 'GET' | 'POST' = 'GET') => ({ method, path, headers: {} })
const requests = (facts: Parameters<typeof makeFacts>[0]): string | undefined =>
  factsLines(makeFacts(facts)).find((line) => line.startsWith('requests'))

test('what was declared for a purpose stands beside the load: whoever declared it sees that it was taken', () => {
  const routes = [route('/items'), route('/')]
  expect(requests({ routes })).toBe('requests      GET /items, GET /')
  expect(requests({ routes, slow: route('/report'), upload: route('/echo', 'POST'), webSocketPath: '/ws' })).toBe(
    'requests      GET /items, GET /; slow GET /report; upload POST /echo; WebSocket /ws',
  )
})
