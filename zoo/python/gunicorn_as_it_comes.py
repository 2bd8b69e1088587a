# Defect: the workers of gunicorn as they are: they stop to accept in the moment of the signal.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gunicorn_golden import *

worker_class = "gthread"
