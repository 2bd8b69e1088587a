import { expect, test } from 'vitest'

interface Scene {
  readonly requests: Readonly<Record<string, readonly number[]>>
  readonly view: { readonly from: number; readonly to: number }
  readonly scale: { readonly bottom: number; readonly top: number }
  readonly area: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>
}
const HITS = '../../../src/report/browser/hits.js'
const DOTS = '../../../src/report/browser/dots.js'
const { requestAt } = (await import(HITS)) as {
  readonly requestAt: (x: number, y: number, scene: Scene) => number
}
const { SIGNS } = (await import(DOTS)) as { SIGNS: readonly { name: string; shape: string; colour: string }[] }

/** One request each 10 ms, each of 10 ms: a pixel is 10 ms, and 10 ms are in the middle of the height. */
function makeScene(count: number, kindOf: (row: number) => number = () => 0): Scene {
  const rows = Array.from({ length: count }, (_, row) => row)
  return {
    requests: {
      id: rows,
      kind: rows.map(kindOf),
      intendedAt: rows.map((row) => row * 10),
      startedAt: rows.map((row) => row * 10),
      at: rows.map((row) => row * 10 + 10),
    },
    view: { from: 0, to: 10_000 },
    scale: { bottom: 1, top: 100 },
    area: { left: 100, top: 0, width: 1000, height: 200 },
  }
}

test('the request under the pointer is found, and none where there is none', () => {
  const scene = makeScene(500)
  expect(requestAt(100 + 250, 100, scene)).toBe(250)
  expect(requestAt(100 + 250, 130, scene)).toBe(-1)
  expect(requestAt(100 + 700, 100, scene)).toBe(-1)
})

test('of several close to each other one that failed is found', () => {
  expect(
    requestAt(
      100 + 250,
      100,
      makeScene(500, (row) => (row === 252 ? 3 : 0)),
    ),
  ).toBe(252)
})

test('without requests there is nothing to find', () => {
  expect(requestAt(300, 100, makeScene(0))).toBe(-1)
})

test('each kind of request has a shape of its own: colour is never all that tells them apart', () => {
  expect(new Set(SIGNS.map(({ shape }) => shape)).size).toBe(SIGNS.length)
})
