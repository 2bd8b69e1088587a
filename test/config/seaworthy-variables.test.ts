import { expect, test } from 'vitest'
import { applyEnvironmentAliases } from '../../src/config/environment-aliases.ts'
import { SEAWORTHY_VARIABLES } from '../../src/config/seaworthy-variables.ts'

test('a SEAWORTHY_* variable that does not exist is pointed out, with what was probably meant and without its value', () => {
  const env = {
    SEAWORTHY_LOGLEVEL: 'hunter2',
    SEAWORTHY_DRAIN_DELY: '5s',
    SEAWORTHY_PRESTOP_SECONDS: '5',
    SEAWORTHY_COLOUR: 'blue',
    SEAWORTHY_GRACE_SECOND: ' ',
    SEAWORTHY_PRE_STOP: undefined,
    SEAWORTHYNESS: 'high',
  }
  expect(applyEnvironmentAliases(env).warnings).toEqual([
    'SEAWORTHY_COLOUR is no variable of Seaworthy and has no effect.',
    'SEAWORTHY_DRAIN_DELY is no variable of Seaworthy and has no effect. Did you mean "SEAWORTHY_DRAIN_DELAY"?',
    'SEAWORTHY_LOGLEVEL is no variable of Seaworthy and has no effect. Did you mean "SEAWORTHY_LOG_LEVEL"?',
    'SEAWORTHY_PRESTOP_SECONDS is no variable of Seaworthy and has no effect. Did you mean "SEAWORTHY_PRE_STOP_SECONDS"?',
  ])
})

test('those that exist are not', () => {
  const env = Object.fromEntries(SEAWORTHY_VARIABLES.map((name) => [name, '1']))
  expect(applyEnvironmentAliases(env).warnings).toEqual([])
})

test('what Kubernetes sets for a Service of that name is no slip of the pen, a mistyped port is', () => {
  const links = {
    SEAWORTHY_SERVICE_HOST: '10.0.0.1',
    SEAWORTHY_SERVICE_PORT: '80',
    SEAWORTHY_PORT: 'tcp://10.0.0.1:80',
    SEAWORTHY_SHOP_SERVICE_HOST: '10.0.0.2',
    SEAWORTHY_SHOP_SERVICE_PORT_HTTP: '80',
    SEAWORTHY_SHOP_PORT_80_TCP_ADDR: '10.0.0.2',
  }
  expect(applyEnvironmentAliases({ ...links, SEAWORTHY_ADMN_PORT: '1' }).warnings).toEqual([
    'SEAWORTHY_ADMN_PORT is no variable of Seaworthy and has no effect. Did you mean "SEAWORTHY_ADMIN_PORT"?',
  ])
})
