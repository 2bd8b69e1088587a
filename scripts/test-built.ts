// Runs the process tests against dist on other Nodes, while the test runner stays on ours:
//   npm run test:built                  on every supported line
//   npm run test:built -- 22.23.3 …     on one; what follows goes to Vitest
import { nodeBinary } from './node-binary.ts'
import { NODE_VERSIONS } from './node-versions.ts'
import { isThere } from './repository-files.ts'
import { build } from './build.ts'
import { runCommand } from './run-command.ts'

const [first = '', ...others] = process.argv.slice(2)
const isVersion = /^\d+\.\d+\.\d+$/.test(first)
const versions = isVersion ? [first] : NODE_VERSIONS
const forVitest = isVersion ? others : process.argv.slice(2)

// A build that is there is the one to test: the gates before this one have made it.
if (!isVersion || !isThere('dist')) await build()
for (const version of versions) {
  console.log(`\nthe built service on Node ${version}`)
  const env = { SEAWORTHY_TEST_NODE: await nodeBinary(version), SEAWORTHY_TEST_DIST: '1' }
  const code = await runCommand('vitest', ['run', 'test/process', ...forVitest], { env })
  if (code !== 0) process.exitCode = code
}
