import { expect, test } from 'vitest'
import { preloadedModules } from '../../src/register/preloaded-modules.ts'

test('the modules that were preloaded beside us are found, however they were named', () => {
  expect(
    preloadedModules(
      [
        '--import',
        'seaworthy/register',
        '--import=@opentelemetry/auto-instrumentations-node/register',
        '-r',
        './a.cjs',
      ],
      { NODE_OPTIONS: '--max-old-space-size=512 --require "dd-trace/init"  --import seaworthy/register' },
    ),
  ).toEqual(['dd-trace/init', '@opentelemetry/auto-instrumentations-node/register', './a.cjs'])
  expect(preloadedModules(['--import', 'data:text/javascript,0', '--enable-source-maps', '--import'], {})).toEqual([])
})
