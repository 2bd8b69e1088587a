// The application that the template asks for: two routes.
module.exports = async (app) => {
  app.get('/', async () => 'ok')
  app.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 600))
    return 'late'
  })
}
