// Installs the servers of Debian that test/systems starts, where they are missing: npm run systems:install
import { installDebianPackages } from './debian-packages.ts'
import { explainMissing, missingPackages } from './debian-servers.ts'

const missing = missingPackages()
if (missing.length === 0) console.log('every server that the tests of systems start is installed')
else await install()

async function install(): Promise<void> {
  try {
    await installDebianPackages(missing, explainMissing(missing) ?? '')
    const still = explainMissing()
    if (still !== undefined) throw new Error(still)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
