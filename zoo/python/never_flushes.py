# Defect: it ends without sending what the batch still holds.
from base import sail

sail(end=lambda ship: ship.lines.stop())
