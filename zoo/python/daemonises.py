# Defect: it forks twice and ends, as daemons did: nobody can signal the service.
import os

from base import sail

for _ in range(2):
    if os.fork() != 0:
        os._exit(0)
    os.setsid()

sail()
