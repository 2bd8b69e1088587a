import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgress } from '../../scripts/demo/progress.ts'

test('a log that is read later gets new words at once, and no line for each new figure', () => {
  const stream = new PassThrough()
  const progress = createProgress(stream)
  progress.show('10 requests answered')
  progress.show('20 requests answered')
  progress.show('orders drains: 1 answered')
  progress.show('orders drains: 2 answered')
  progress.line('done')
  expect(String(stream.read())).toBe('… 10 requests answered\n… orders drains: 1 answered\ndone\n')
})
