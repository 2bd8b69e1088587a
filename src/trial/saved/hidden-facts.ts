import { HIDDEN, hideSecretsOfValue } from '../../core/secret-text.ts'
import type { Facts, Route } from '../facts.ts'
import { asStored } from './stored-form.ts'

/**
 * The facts without what may be a secret: values of variables, of headers and of bodies, passwords in addresses and
 * arguments; as they are after they were saved and read again. It is these that the judges get, so that what is saved is
 * judged the same.
 */
export function hideFacts(facts: Facts): Facts {
  return asStored(withoutSecrets(facts))
}

function withoutSecrets(facts: Facts): Facts {
  const { slow, upload, crash, reload, preStop } = facts
  return {
    ...facts,
    command: facts.command.map(hideSecretsOfValue),
    env: hideValues(facts.env),
    routes: facts.routes.map(hideRoute),
    ...(slow === undefined ? {} : { slow: hideRoute(slow) }),
    ...(upload === undefined ? {} : { upload: hideRoute(upload) }),
    ...(crash === undefined ? {} : { crash: hideRoute(crash) }),
    dependencies: facts.dependencies.map((dependency) => ({ ...dependency, template: HIDDEN })),
    ...(reload === undefined ? {} : { reload: { ...reload, changed: HIDDEN } }),
    ...(preStop?.kind === 'exec' ? { preStop: { kind: 'exec', command: [HIDDEN] } } : {}),
    warnings: facts.warnings.map(hideSecretsOfValue),
  }
}

function hideRoute(route: Route): Route {
  return {
    ...route,
    path: hideSecretsOfValue(route.path),
    headers: hideValues(route.headers),
    ...(route.body === undefined ? {} : { body: HIDDEN }),
  }
}

function hideValues<T>(values: Readonly<Record<string, T>>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, HIDDEN]))
}
