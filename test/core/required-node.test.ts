import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { REQUIRED_NODE, requireNode } from '../../src/core/required-node.ts'

test.each(['22.15.0', '22.16.1', '24.0.0', '26.10.0'])('Node %s is new enough', (version) => {
  expect(() => requireNode(version)).not.toThrow()
})

test.each(['20.20.2', '22.14.9', '18.0.0'])('Node %s is too old, and that is said', (version) => {
  expect(() => requireNode(version)).toThrow(
    expect.objectContaining({
      code: 'SEA_NODE_TOO_OLD',
      message: `This is Node ${version}, and Seaworthy needs 22.15 or newer`,
    }),
  )
})

test('what is required is what the package declares', () => {
  expect(manifest.engines.node).toBe(`>=${REQUIRED_NODE}`)
})
