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
  const env = {
    SEAWORTHY_TEST_NODE: await nodeBinary(version),
    SEAWORTHY_TEST_DIST: '1',
    ...(stripsTypes(version) ? {} : { SEAWORTHY_TEST_NODE_FLAGS: '--experimental-strip-types' }),
  }
  const code = await runCommand('vitest', ['run', 'test/process', ...forVitest], { env })
  if (code !== 0) process.exitCode = code
}

/** The programs under test are TypeScript, which Node runs as it is from 22.18 on; the package itself needs none of it. */
function stripsTypes(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || minor >= 18
}
