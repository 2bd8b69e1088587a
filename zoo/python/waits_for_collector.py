# Defect: the flush at its end has no limit: with a dead collector it goes on until it is killed.
from base import sail


def end(ship) -> None:
    ship.telemetry.traces.shutdown()
    ship.telemetry.metrics.shutdown()
    ship.lines.stop()


sail(end=end)
