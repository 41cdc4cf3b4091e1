"""`python -m shushanwei.devservices start | stop`: the private services alone, without the program."""

import sys

from shushanwei.devservices import ensure, stop

match sys.argv[1:]:
    case ["start"]:
        print("\n".join(f"{name}={value}" for name, value in ensure().as_env().items()))
    case ["stop"]:
        stop()
    case _:
        sys.exit("Use: python -m shushanwei.devservices start | stop")
