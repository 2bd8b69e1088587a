import { expect, test } from 'vitest'
import { isSecretName } from '../../src/core/secret-names.ts'

test.each([
  'password',
  'Password',
  'dbPassword',
  'DATABASE_PASSWORD',
  'passwd',
  'pgpassword',
  'smtp_pass',
  'secret',
  'clientSecret',
  'stripe-secret-key',
  'token',
  'GITHUB_TOKEN',
  'refreshToken',
  'idToken',
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'set-cookie',
  'apiKey',
  'api_key',
  'APIKEY',
  'x-api-key',
  'X-API-Key',
  'AWS_SECRET_ACCESS_KEY',
  'privateKey',
  'credentials',
  'connectionString',
  'DB_CONNECTION_STRING',
  'dsn',
  'SENTRY_DSN',
])('%s names a secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

test.each([
  '',
  '--',
  'user',
  'tokenCount',
  'promptTokens',
  'maxTokens',
  'passwordless',
  'passwordResetAt',
  'pass',
  'bypass',
  'secretary',
  'authorizationUrl',
  'publicKey',
  'primaryKey',
  'cookieCount',
  'key',
  'monkey',
  'accessKeyId',
  'httpPort',
])('%s names no secret', (name) => {
  expect(isSecretName(name)).toBe(false)
})
