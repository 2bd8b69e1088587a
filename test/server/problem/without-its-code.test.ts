import { createServer } from 'node:http'
import { registerHooks } from 'node:module'
import { expect, test } from 'vitest'
import { answerErrors } from '../../../src/server/request-boundary.ts'
import { bindForTest } from '../start-server.ts'

test('an error is answered while what answers errors can not be loaded, and better as soon as it can', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier.endsWith('/answer-problem.ts')) throw new Error('EMFILE: too many open files')
      return next(specifier, context)
    },
  })
  const { port } = await bindForTest(
    createServer(
      answerErrors(async () => {
        throw new Error('secret')
      }),
    ),
  )
  const ask = async (): Promise<{ status: number; type: string | null; body: string; cache: string | null }> => {
    const answer = await fetch(`http://127.0.0.1:${port}/`)
    const { status, headers } = answer
    return {
      status,
      type: headers.get('content-type'),
      body: await answer.text(),
      cache: headers.get('x-content-type-options'),
    }
  }
  const bare = await ask()
  hooks.deregister()
  const full = await ask()
  const expected = {
    status: 500,
    type: 'application/problem+json',
    body: '{"type":"about:blank","title":"Internal Server Error","status":500}',
  }
  expect(bare).toEqual({ ...expected, cache: null })
  expect(full).toEqual({ ...expected, cache: 'nosniff' })
})
