import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../scripts/repository-files.ts'

test('npm packs no tarball of the root, and says what to pack instead', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-pack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const packed = promisify(execFile)('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, timeout: 15_000 })
  await expect(packed).rejects.toMatchObject({
    stderr: expect.stringContaining('npm run build && npm pack ./build/package') as unknown,
  })
  expect(await readdir(folder)).toEqual([])
})
