// Installs the servers of Debian that test/systems starts, where they are missing: npm run systems:install
// They are only installed: nothing is started, enabled, or left running.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { explainMissing, missingPackages } from './debian-servers.ts'
import { runCommand } from './run-command.ts'

const ATTEMPTS = 4
const FIRST_PAUSE_MS = 5000
/** Debian asks this program whether a package may start its service; 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d'

const missing = missingPackages()
if (missing.length === 0) console.log('every server that the tests of systems start is installed')
else if (process.getuid?.() !== 0) fail(`${explainMissing(missing)}\nThis needs root.`)
else if (!existsSync('/usr/bin/apt-get')) fail(`${explainMissing(missing)}\nThere is no apt-get here.`)
else await install()

async function install(): Promise<void> {
  console.log(`installing ${missing.join(', ')}`)
  const isOurs = !existsSync(POLICY)
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await aptGet('update', '--quiet=2')
    await aptGet('install', '--yes', '--quiet=2', '--no-install-recommends', ...missing)
  } finally {
    if (isOurs) rmSync(POLICY, { force: true })
  }
  const still = explainMissing()
  if (still !== undefined) fail(still)
}

/** Mirrors fail for moments, and another apt may hold the lock: both pass. */
async function aptGet(...args: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const options = ['-o', 'DPkg::Lock::Timeout=60', '-o', 'Acquire::Retries=3']
    const code = await runCommand('apt-get', [...options, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
    if (code === 0) return
    if (attempt === ATTEMPTS) throw new Error(`apt-get ${args[0]} failed ${ATTEMPTS} times, the last time with ${code}`)
    await wait(FIRST_PAUSE_MS * attempt)
  }
}

function fail(why: string): void {
  console.error(why)
  process.exitCode = 1
}
