"""The command `xlcrm` as a module, for an interpreter that is named by its path."""

import sys

from xlcrm.cli import main

if __name__ == "__main__":
    sys.exit(main())
