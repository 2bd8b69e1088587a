import { expect, test } from 'vitest'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS } from '../../scripts/node-versions.ts'

test('the Node that runs the tests is the one that is installed with the dependencies', async () => {
  const own = NODE_VERSIONS[1]
  expect(process.version).toBe(`v${own}`)
  expect(await nodeBinary(own)).toMatch(/node_modules\/node\/bin\/node$/)
})

test.each([['22'], ['latest'], ['22.23.3; true'], ['']])('"%s" is refused: only exact versions', async (version) => {
  await expect(nodeBinary(version)).rejects.toThrow('is no exact version of Node')
})
