#!/usr/bin/env python
"""Run a management command of Shushan Guard."""

import os
import sys

from shushanwei.config import BadConfiguration, read, read_env_file


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
    try:
        read_env_file()
        read()
    except BadConfiguration as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
