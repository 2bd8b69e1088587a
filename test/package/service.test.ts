import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS } from '../../scripts/node-versions.ts'
import { startReceiver } from '../../src/public/testing.ts'
import { startProgram } from '../process/start-service.ts'

const file = join(inject('installedProject'), 'service.mjs')
await copyFile(new URL('fixtures/service.mjs', import.meta.url), file)

describe.each(NODE_VERSIONS)('on Node %s, a service on the installed package', (version) => {
  test.each(['http/protobuf', 'grpc'])('serves, stops cleanly and delivers its spans over %s', async (protocol) => {
    await using receiver = await startReceiver()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol }
    await using service = startProgram(pathToFileURL(file), env, { node: await nodeBinary(version), flavour: 'built' })
    const url = (await service.line('ready ')).replace('ready ', '')

    expect(await (await fetch(`${url}/harbour`)).json()).toEqual({ count: 1 })
    service.kill('SIGTERM')

    expect(await service.exit).toEqual({ code: 0, signal: null })
    await receiver.waitForSpan({ kind: 'server', service: 'visits', attribute: { 'url.path': '/harbour' } })
  })

  test('is ended by its watchdog when it blocks: the thread has its file in the package', async () => {
    await using service = startProgram(
      pathToFileURL(file),
      { BLOCKS: '1', OTEL_SDK_DISABLED: 'true' },
      { node: await nodeBinary(version), flavour: 'built' },
    )
    await service.line('ready ')
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(service.errorLines.join('\n')).toContain('the event loop is blocked in blockForEver')
  })
})
