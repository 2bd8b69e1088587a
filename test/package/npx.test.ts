import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { readManifest } from '../../scripts/repository-files.ts'

test('npx seaworthy --version runs the installed command', async () => {
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'seaworthy', '--version'], {
    cwd: inject('installedProject'),
    timeout: 60_000,
  })
  expect(stdout.trim()).toContain(readManifest().version)
})
