# Golden: depends on the stock, over HTTP.
from base import sail
from stock import WITH_STOCK

sail(**WITH_STOCK)
