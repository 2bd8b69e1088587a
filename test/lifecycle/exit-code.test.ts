import { expect, test } from 'vitest'
import { exitCodeOfSignal } from '../../src/core/signal-exit-code.ts'
import { EXIT_CODE } from '../../src/lifecycle/exit-code.ts'

test('the codes are those of the public table', () => {
  expect(EXIT_CODE).toEqual({ clean: 0, unclean: 1, configuration: 2, restartIntensity: 70 })
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('a second %s exits with %i, as shells have it', (signal, code) => {
  expect(exitCodeOfSignal(signal)).toBe(code)
})
