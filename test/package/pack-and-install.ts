import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { build } from '../../scripts/build.ts'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS } from '../../scripts/node-versions.ts'
import { packTarball, stagePackage } from '../../scripts/pack.ts'
import { readManifest } from '../../scripts/repository-files.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A project as a user has it: the tarball installed from npm's point of view, and nothing of this repository. */
    readonly installedProject: string
    readonly tarball: string
  }
}

/** Before the tests of the package: builds, packs, installs the tarball in an empty project, and gets every Node. */
export default async function packAndInstall({ provide }: TestProject): Promise<() => Promise<void>> {
  await build()
  await stagePackage()
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-package-'))
  const tarball = await packTarball(folder)

  const { devDependencies } = readManifest()
  const besides = ['@types/node', 'zod'].map((name) => `${name}@${devDependencies[name]}`)
  const project = join(folder, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "name": "a-users-project", "private": true, "type": "module" }\n')
  const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await promisify(execFile)('npm', [...install, tarball, ...besides], { cwd: project, timeout: 180_000 })
  for (const version of NODE_VERSIONS) await nodeBinary(version)

  provide('installedProject', project)
  provide('tarball', tarball)
  return () => rm(folder, { recursive: true, force: true })
}
