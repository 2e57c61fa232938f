#!/bin/sh
# Lays out the root folder of the image: the server, every shared library that
# the loader finds for it with its licence, and the names of the two users.
#
#   collect.sh SERVER ROOT
set -eu

server=$1
root=$2

mkdir -p "$root/usr/bin" "$root/etc" "$root/data" "$root/usr/share/doc"
cp -L "$server" "$root/usr/bin/rundletd"

# Lines such as "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x...)" and the
# loader itself, which has no arrow.
libraries=$(ldd "$server" | sed -nE 's/^.*[[:space:]](\/[^ ]+) \(0x.*$/\1/p')
for library in $libraries; do
  mkdir -p "$root/$(dirname "$library")"
  cp -L "$library" "$root/$library"
  package=$(dpkg-query -S "*/$(basename "$(readlink -f "$library")")" |
    cut -d: -f1 | head -n1)
  licence=/usr/share/doc/$package/copyright
  if [ -f "$licence" ]; then
    mkdir -p "$root/usr/share/doc/$package"
    cp -L "$licence" "$root$licence"
  fi
done

cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/:/sbin/nologin
rundlet:x:65532:65532:rundlet:/data:/sbin/nologin
PASSWD
cat >"$root/etc/group" <<'GROUP'
root:x:0:
rundlet:x:65532:
GROUP
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
