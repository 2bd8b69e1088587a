# Defect: the query of each request is in its span, as the instrumentation writes it by itself.
from base import sail

sail(on_span=None)
