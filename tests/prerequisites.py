"""What the tests need beside Python, for `make test`: says what is missing and how to install it, before anything runs."""

from __future__ import annotations

import shutil
import sys

from tests import mariadb_server, postgres

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Programs that judge or stand behind the product, each with its package.
PROGRAMS = {
    "openssl": "openssl",
    "prometheus": "prometheus",
    "prometheus-pushgateway": "prometheus-pushgateway",
    "redis-server": "redis-server",
    "xmlsec1": "xmlsec1",
}


def missing() -> list[str]:
    """The Debian packages that are missing: ["chromium", "postgresql"]."""
    packages = []
    if not any(shutil.which(name) for name in BROWSERS):
        packages.append("chromium")
    try:
        postgres.programs()
    except postgres.PostgresMissing:
        packages.append("postgresql")
    try:
        mariadb_server.program()
    except mariadb_server.MariadbMissing:
        packages.append("mariadb-server")
    packages += [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    return packages


def main() -> int:
    """0 when everything is there."""
    packages = missing()
    if packages:
        command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
        print(f"The tests need {' and '.join(packages)}. On Debian and Ubuntu, as root:\n\n    {command}\n", file=sys.stderr)
    return 1 if packages else 0


if __name__ == "__main__":
    sys.exit(main())
