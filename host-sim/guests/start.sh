#!/bin/busybox sh
# The first process of every guest. Its root is nearly empty: /usr comes from the packages that were
# fetched, the libraries that they share with the host from the host's own, all of it read only. What
# follows this part in the same file makes the guest what it is; at the end it obeys its console.

/bin/busybox mount -t tmpfs tmpfs /run
/bin/busybox mkdir -p /run/bin /run/lock
/bin/busybox --install -s /run/bin
export PATH=/run/bin:/usr/sbin:/usr/bin
libraries=lib/x86_64-linux-gnu
export LD_LIBRARY_PATH="/usr/$libraries:/packages/$libraries"

stty -echo raw
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /etc
mount -t tmpfs tmpfs /var
mount -t hostfs -o "$PACKAGES" none /packages
mount -t hostfs -o "$PACKAGES/usr" none /usr
mount -t hostfs -o /usr none /host
mount -t hostfs -o "$PACKAGES/usr/lib/uml/modules" none /lib/modules
mkdir -p /etc/ppp /var/log
ln -s /run /var/run
ln -s /run/lock /var/lock
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >/etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >/etc/group
ifconfig lo up

modules() {
    for module; do
        modprobe "$module" || echo "no module $module"
    done
}

# vlan ID: the access network's VLAN, as an interface, unless it is there.
vlan() {
    [ -e "/sys/class/net/vec0.$1" ] || ip link add link vec0 name "vec0.$1" type vlan id "$1"
    ip link set "vec0.$1" up
}

# Does as the host says: one line, one command; what it says, and a last line with how it ended.
obey() {
    echo "@ready"
    while read -r command; do
        eval "$command"
        echo "@$?"
    done
    poweroff -f
}
