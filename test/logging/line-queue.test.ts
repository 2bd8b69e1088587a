import { expect, test } from 'vitest'
import { LineQueue } from '../../src/logging/line-queue.ts'

function makeQueue(...lines: readonly string[]): LineQueue {
  const queue = new LineQueue()
  for (const line of lines) queue.push(Buffer.from(line))
  return queue
}

test('the front is as many whole lines as fit, and one at least', () => {
  const queue = makeQueue('aaa\n', 'bbb\n', 'ccc\n')

  expect(String(queue.front(12))).toBe('aaa\nbbb\nccc\n')
  expect(String(queue.front(11))).toBe('aaa\nbbb\n')
  expect(String(queue.front(8))).toBe('aaa\nbbb\n')
  expect(String(queue.front(7))).toBe('aaa\n')
  expect(String(queue.front(1))).toBe('aaa\n')
})

test('what was taken is gone, in lines and in bytes, and the rest of a torn line comes next', () => {
  const queue = makeQueue('aaa\n', 'bbb\n', 'ccc\n')

  expect(queue.take(6)).toBe(1)

  expect([queue.bytes, queue.length, String(queue.front(100))]).toEqual([6, 2, 'b\nccc\n'])
  expect(queue.take(6)).toBe(2)
  expect([queue.bytes, queue.length, String(queue.front(100))]).toEqual([0, 0, ''])
})

test('a line in a hurry goes before all others', () => {
  const queue = makeQueue('a\n', 'b\n', 'last\n')

  queue.hurryLast()

  expect(String(queue.front(100))).toBe('last\na\nb\n')
})

test('a line in a hurry waits for the rest of a torn one', () => {
  const queue = makeQueue('a\n', 'b\n', 'last\n')
  queue.take(1)

  queue.hurryLast()

  expect(String(queue.front(100))).toBe('\nlast\nb\n')
})

test('a single line in a hurry stays where it is', () => {
  const queue = makeQueue('abc\n')
  queue.take(1)

  queue.hurryLast()

  expect(String(queue.front(100))).toBe('bc\n')
})

test('thousands of lines go through in order', () => {
  const queue = new LineQueue()
  let text = ''
  for (let round = 0; round < 50; round++) {
    for (let line = 0; line < 100; line++) queue.push(Buffer.from(`${round}.${line}\n`))
    for (let batch = 0; batch < 12; batch++) {
      const front = queue.front(40)
      text += String(front)
      queue.take(front.length)
    }
  }
  while (queue.length > 0) {
    const front = queue.front(40)
    text += String(front)
    queue.take(front.length)
  }

  const expected = Array.from({ length: 5_000 }, (_, n) => `${Math.floor(n / 100)}.${n % 100}\n`)
  expect(text).toBe(expected.join(''))
  expect(queue.bytes).toBe(0)
})
