// Builds the OpenTelemetry Collector that test/systems starts, where it isn't built yet: npm run collector:build
// From the Go modules, with the Collector's own builder. Two minutes or three the first time, then nothing.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mustRun } from '../run-command.ts'
import { BUILDER_CONFIG, collectorBinary, collectorVersion } from './collector-binary.ts'
import { findOrInstallGo, newEnoughGo } from './go-toolchain.ts'

const binary = collectorBinary()
if (existsSync(binary)) console.log('the Collector is built already')
else await build()

async function build(): Promise<void> {
  const go = await newEnoughGo(
    await findOrInstallGo('The tests of systems start an OpenTelemetry Collector, which Go builds.'),
  )
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-collector-'))
  try {
    const config = join(folder, 'builder.yaml')
    writeFileSync(config, readFileSync(BUILDER_CONFIG, 'utf8').replace('dist:', `dist:\n  output_path: ${folder}/out`))
    const env = {
      GOTOOLCHAIN: 'local',
      GOFLAGS: '-buildvcs=false -trimpath',
      PATH: `${dirname(go)}:${process.env['PATH']}`,
    }
    await mustRun(
      go,
      ['run', `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion()}`, `--config=${config}`],
      {
        cwd: folder,
        env,
      },
    )
    mkdirSync(dirname(binary), { recursive: true })
    // Two builds at the same time: the second simply replaces the first, by an equal one.
    const unfinished = `${binary}.${process.pid}`
    await mustRun('cp', [join(folder, 'out', 'otelcol'), unfinished])
    renameSync(unfinished, binary)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
