import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { runCommand } from './run-command.ts'

const ATTEMPTS = 4
const FIRST_PAUSE_MS = 5000
/** Debian asks this program whether a package may start its service; 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d'

/**
 * Installs packages of Debian. They are only installed: nothing is started, enabled, or left running.
 *
 * @param why what they are for, for the message where that is not possible
 * @throws Error where it is not possible, with what to do by hand
 */
export async function installDebianPackages(packages: readonly string[], why: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`${why}\nThis needs root.`)
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`${why}\nThere is no apt-get here.`)
  console.log(`installing ${packages.join(', ')}`)
  const isOurs = !existsSync(POLICY)
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await aptGet('update', '--quiet=2')
    await aptGet('install', '--yes', '--quiet=2', '--no-install-recommends', ...packages)
  } finally {
    if (isOurs) rmSync(POLICY, { force: true })
  }
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
