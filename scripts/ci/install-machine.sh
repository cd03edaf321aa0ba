#!/usr/bin/env bash
# Installs what some tests need beyond Node: sandboxes, a browser, databases, Prometheus. On a machine where it cannot (no root, no Debian), the tests that need
# them are skipped and say so.
set -euo pipefail

declare -A package_of=(
  [bwrap]=bubblewrap
  [chromium]=chromium
  [prometheus]=prometheus
  [dockerd]=docker.io
  [redis-server]=redis-server
  [psql]=postgresql
  [python3]=python3-venv
)
missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "Nothing to install."
elif [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed (needs root and apt-get): ${missing[*]}. Tests that need them are skipped."
else
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # Nothing is to start by itself: tests start what they need, on ports and folders of their own.
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  echo "Installed: ${missing[*]}."
fi
