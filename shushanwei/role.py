"""`python -m shushanwei.role web|ws|worker|clocks|beat|jt808`: one role in the foreground, for a container."""

import os
import sys

from shushanwei import roles
from shushanwei.config import BadConfiguration, read, read_env_file


def main(words: list[str]) -> int:
    """Become the program of the named role; returns 2 only when it cannot be started."""
    known = {role.__name__: role for role in roles.ALL}
    if len(words) != 1 or words[0] not in known:
        print(f"Use: python -m shushanwei.role {'|'.join(known)}", file=sys.stderr)
        return 2
    try:
        read_env_file()
        program = known[words[0]](read())
    except BadConfiguration as error:
        print(error, file=sys.stderr)
        return 2
    os.execvp(program.command[0], list(program.command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
