import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { whenPackageIsLoaded } from '../../../src/telemetry/instrumentation/loaded-packages.ts'

test('a package is found by its name and by its main file, wherever and on whatever system that is, until the end', () => {
  const found: object[] = []
  const problems: unknown[] = []
  const stop = whenPackageIsLoaded(
    '@shop/orders',
    'build/index.js',
    (exported) => found.push(exported),
    (error) => problems.push(error),
  )
  const required = channel('tracing:module.require:end')
  const copies = [
    '@shop/orders',
    '/app/node_modules/@shop/orders/build/index.js',
    String.raw`C:\app\node_modules\.pnpm\@shop+orders@1\node_modules\@shop\orders\build\index.js`,
  ].map((id) => ({ id, result: { id } }))
  const others = [
    '@shop/orders/other',
    '/app/node_modules/@other/orders/build/index.js',
    'build/index.js',
    './build/index.js',
  ]
  for (const message of copies) required.publish(message)
  for (const id of others) required.publish({ id, result: { id } })
  for (const result of [undefined, null, 'text']) required.publish({ id: '@shop/orders', result })
  expect(found).toEqual(copies.map(({ result }) => result))
  stop()
  required.publish(copies[0])
  expect(found).toHaveLength(3)
  expect(problems).toEqual([])
})
