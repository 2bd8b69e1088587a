import { expect, test } from 'vitest'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS, OWN_NODE } from '../../scripts/node-versions.ts'
import { readManifest } from '../../scripts/repository-files.ts'

test('the Node that runs the tests is the one that is installed with the dependencies', async () => {
  expect(process.version).toBe(`v${OWN_NODE}`)
  expect(await nodeBinary(OWN_NODE)).toMatch(/node_modules\/node\/bin\/node$/)
})

test('the built package is proven on the oldest Node that it promises to run on', () => {
  const [oldest] = NODE_VERSIONS
  expect(`${readManifest().engines['node']}.0`).toBe(`>=${oldest}`)
})

test.each([['22'], ['latest'], ['22.23.3; true'], ['']])('"%s" is refused: only exact versions', async (version) => {
  await expect(nodeBinary(version)).rejects.toThrow('is no exact version of Node')
})
