# Defect: the workers get no time at the signal: they are killed at once, with what they answer.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from gunicorn_golden import *

graceful_timeout = 0
