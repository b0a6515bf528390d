#!/bin/bash -e
# Begins this stage with the result of the stage before it; pi-gen sets ROOTFS_DIR and copy_previous.
if [ ! -d "${ROOTFS_DIR}" ]; then
  copy_previous
fi
