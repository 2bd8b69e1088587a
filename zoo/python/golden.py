# Golden: nothing is wrong with it.
from base import sail

sail()
