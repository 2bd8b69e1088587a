import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync(new URL('../../docs/guide/shutdown.md', import.meta.url), 'utf8')
const table = /### Figures\n([^]*?)\n\|[^\n]*\n\n/.exec(page)?.[0] ?? ''

/** The names of an interface of figures, from its source. */
function figuresOf(file: string, name: string): readonly string[] {
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
  const body = new RegExp(`interface ${name}\\b[^{]*\\{([^]*?)\\n\\}`).exec(source)?.[1] ?? ''
  const figures = [...body.matchAll(/readonly (\w+)\??: number/g)].map(([, figure = '']) => figure)
  // The report calls it by what it is for users.
  return figures.map((figure) => (figure === 'started' ? 'jobs' : figure))
}

test.each([
  ['server/http-figures.ts', 'HttpFigures'],
  ['server/http2-drain.ts', 'Http2Figures'],
  ['server/net-drain.ts', 'NetFigures'],
  ['lifecycle/work-ledger.ts', 'WorkTotals'],
])('every figure of %s is explained on the page about the shutdown', (file, name) => {
  const figures = figuresOf(file, name)
  expect(figures.length).toBeGreaterThan(4)
  expect(figures.filter((figure) => !table.includes(`\`${figure}\``))).toEqual([])
})

test('and the page explains no figure that there is not', () => {
  const known = new Set([
    'inFlightAtAnnounce',
    ...figuresOf('server/http-figures.ts', 'HttpFigures'),
    ...figuresOf('server/http2-drain.ts', 'Http2Figures'),
    ...figuresOf('server/net-drain.ts', 'NetFigures'),
    ...figuresOf('lifecycle/work-ledger.ts', 'WorkTotals'),
  ])
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  const explained = rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, figure]) => figure),
  )
  expect(explained.length).toBeGreaterThan(20)
  expect(explained.filter((figure) => !known.has(figure ?? ''))).toEqual([])
})
