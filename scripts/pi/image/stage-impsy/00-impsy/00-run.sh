#!/bin/bash -e
# Installs impsy-tui into the image. CHECKOUT is a checkout of this project; pi-gen sets ROOTFS_DIR and on_chroot.
: "${CHECKOUT:?names a checkout of impsy-tui}"
install -d "${ROOTFS_DIR}/opt/impsy-tui-source"
git -C "${CHECKOUT}" archive HEAD | tar -x -C "${ROOTFS_DIR}/opt/impsy-tui-source"
on_chroot <<COMMANDS
PLAYER=${FIRST_USER_NAME} /opt/impsy-tui-source/scripts/pi/setup packages realtime program service power
COMMANDS
