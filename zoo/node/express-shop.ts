import type { Express } from 'express'

/** The same application with and without the runtime. */
export function shop(application: Express, onRequest: () => void): Express {
  application.use((_request, _response, next) => {
    onRequest()
    next()
  })
  application.get('/', (_request, response) => void response.send('ok\n'))
  application.get('/slow', (_request, response) => void setTimeout(() => response.send('late\n'), 600))
  application.post('/echo', (request, response) => void request.resume().once('end', () => response.send('ok\n')))
  return application
}
