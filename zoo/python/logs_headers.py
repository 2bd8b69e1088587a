# Defect: it writes the headers of each request into its log.
import logging

from base import sail

log = logging.getLogger("shop")

sail(log=lambda request: log.info("request %s %s", request.url.path, dict(request.headers)))
