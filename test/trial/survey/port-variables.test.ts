import { expect, test } from 'vitest'
import { offeredEnv, offerPorts } from '../../../src/trial/survey/port-variables.ts'

function offer(env: Record<string, string>) {
  let port = 4000
  return offerPorts(env, () => Promise.resolve(port++))
}

test('what was declared with the place of a port is offered first, whatever the variable is called', async () => {
  const offers = await offer({ UVICORN_PORT: '{port}', BIND: '127.0.0.1:{port}', OTHER: 'text' })
  expect(offers.slice(0, 3)).toEqual([
    { variable: 'UVICORN_PORT', template: '{port}', port: 4000 },
    { variable: 'BIND', template: '127.0.0.1:{port}', port: 4001 },
    { variable: 'PORT', template: '{port}', port: 4002 },
  ])
  expect(offeredEnv(offers)).toMatchObject({ UVICORN_PORT: '4000', BIND: '127.0.0.1:4001' })
})

test('a variable is offered once, in the form that the user gave it', async () => {
  const offers = await offer({ PORT: '{port}', ADDR: ':8080' })
  expect(offers.filter(({ variable }) => variable === 'PORT')).toEqual([
    { variable: 'PORT', template: '{port}', port: 4000 },
  ])
  expect(offers.find(({ variable }) => variable === 'ADDR')).toMatchObject({ template: ':{port}' })
})

test('what is only told an address when somebody does is left alone', async () => {
  expect((await offer({ BIND: '/run/a.sock' })).map(({ variable }) => variable)).not.toContain('BIND')
})
