import { expect, test } from 'vitest'
import { ERRORS } from '../../src/core/error-table.ts'

test.each(Object.entries(ERRORS))('%s is named SEA_<AREA>_<WHAT> and explained in a sentence', (code, meaning) => {
  expect(code).toMatch(/^SEA(?:_[A-Z0-9]+){2,}$/)
  expect(meaning).toMatch(/^[A-Z].{20,}\.$/)
})
