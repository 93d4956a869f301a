"""``python -m actloss`` is the same as ``actloss``."""

import sys

from actloss.grading.command import main

if __name__ == "__main__":
    sys.exit(main())
