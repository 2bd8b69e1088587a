# Defect: nobody handles SIGTERM: as process 1 of a container it never ends.
from base import sail

sail(stop=None)
