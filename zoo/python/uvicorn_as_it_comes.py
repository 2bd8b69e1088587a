# Defect: the signal goes to uvicorn itself, which closes its listener in that moment.
from base import sail

sail(stop=lambda server, count: server.close())
