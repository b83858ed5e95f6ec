#!/bin/sh
# See to it that there is a Chromium, which the tests of the dashboard drive.
set -eu
command -v chromium >/dev/null && exit 0
command -v chromium-browser >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's chromium ..."
    (apt-get update -qq && apt-get install -y -qq chromium) >/dev/null
else
    echo "The tests of the dashboard need Chromium. Install it: sudo apt-get install chromium" >&2
    exit 1
fi
