// Loaded with --import by the bare variants: the services' own code runs as it is, with nothing of Seaworthy behind it.
import { registerHooks } from 'node:module'

const NOTHING = 'data:text/javascript,export const setHttpRoute = () => {}; export const tcpCheck = () => {}'

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'seaworthy' ? { url: NOTHING, shortCircuit: true } : next(specifier, context),
})
