// Builds what is written in Go, in the folder zoo: node go/build.ts go/golden
// The program of a folder lies below build/zoo, under the name of the folder. Modules are those of go.sum.
import { dirname, join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { findOrInstallGo, newEnoughGo } from '../../scripts/collector/go-toolchain.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import { mustRun } from '../../scripts/run-command.ts'
import { ZOO } from '../runner/trial-run.ts'

const folders = process.argv.slice(2)
const go = await newEnoughGo(await findOrInstallGo('A part of the zoo is written in Go.'))
for (const folder of folders) {
  const out = join(ROOT, 'build/zoo', folder)
  mkdirSync(dirname(out), { recursive: true })
  await mustRun(go, ['build', '-trimpath', '-buildvcs=false', '-o', out, '.'], {
    cwd: join(ZOO, folder),
    env: {
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      GOFLAGS: '-mod=readonly',
      PATH: `${dirname(go)}:${process.env['PATH']}`,
    },
  })
}
