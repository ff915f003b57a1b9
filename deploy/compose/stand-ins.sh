#!/bin/sh
# Stand-ins for the sources of our own targets, so that the packages that they depend on can be compiled without them:
# an empty source file in the folder of each target that Package.swift names, and an empty module map for a C library.
#
#     stand-ins.sh make          before the sources are there
#     stand-ins.sh make-tests    for the tests alone: SwiftPM wants to see their folders, and no image contains them
#     stand-ins.sh remove
set -eu

# The type and the folder of each target.
targets() {
    swift package dump-package | awk -F '"' '/^      "path" : "/ { folder = $4 } /^      "type" : "/ { print $4, folder }'
}

make_one() { # type folder
    mkdir -p "$2"
    case $1 in
        system) echo "module $(basename "$2") {}" > "$2/module.modulemap" ;;
        executable) echo '// Stand-in' > "$2/main.swift" ;;
        *) echo '// Stand-in' > "$2/StandIn.swift" ;;
    esac
}

case $1 in
    make) targets | while read -r type folder; do make_one "$type" "$folder"; done ;;
    make-tests) targets | while read -r type folder; do [ "$type" != test ] || make_one "$type" "$folder"; done ;;
    remove) targets | while read -r _ folder; do rm -rf "$folder"; done ;;
esac
