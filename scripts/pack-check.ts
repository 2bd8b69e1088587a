// Proves that what would be published is whole: npm run pack:check
import { join } from 'node:path'
import { build } from './build.ts'
import { STAGE, packTarball, stagePackage } from './pack.ts'
import { ROOT } from './repository-files.ts'
import { mustRun } from './run-command.ts'

await build()
await stagePackage()
const tarball = await packTarball(join(ROOT, 'build'))

await mustRun('publint', ['run', STAGE, '--strict', '--pack', 'false'])
// The package is ESM only; `require` works all the same, on every Node that we support (test/package proves it).
await mustRun('attw', [tarball, '--profile', 'esm-only', '--quiet'])
await mustRun('npm', ['publish', '--dry-run', '--ignore-scripts', '--loglevel=warn'], { cwd: STAGE })
