"""`python -m bot`: the same as `ce-bot`."""

import sys

from .cli import main

sys.exit(main())
