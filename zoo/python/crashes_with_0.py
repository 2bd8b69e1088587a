# Defect: ends with 0 after an error that nobody caught: for its platform, all is well.
import logging
import os

from base import FLUSH_S, sail


def crash(error, ship) -> None:
    logging.getLogger("shop").critical("uncaught error", exc_info=error)
    ship.telemetry.fail(error)
    ship.telemetry.stop(FLUSH_S)
    ship.lines.stop()
    os._exit(0)


sail(crash=crash)
