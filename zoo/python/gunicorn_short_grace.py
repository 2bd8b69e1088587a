# Defect: a second after the signal the workers are killed, with what they answer.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gunicorn_golden import *

graceful_timeout = 1
