# shellcheck shell=bash
# Sourced by the scripts beside it: how they speak, stop, and learn what they may do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Where things go that must not touch the machine: Node, PostgreSQL, Redis unpacked from packages.
tools=$root/.tools
export root tools

say() { printf '%s\n' "$*" >&2; }

# Ends with a sentence that names the line to type.
die() {
  { echo && printf '%s\n' "$@"; } >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# True where system packages can be installed without asking anybody for a password.
may_install() {
  have apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

# npm's messages about itself are noise here.
quiet_npm() { npm --no-fund --no-audit --no-update-notifier --loglevel=error "$@"; }
