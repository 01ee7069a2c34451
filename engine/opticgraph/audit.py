from .findings import *
from .judge import *
