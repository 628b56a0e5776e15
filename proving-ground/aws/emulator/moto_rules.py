"""Rules of AWS that moto does not follow, patched in at its start."""

from emulator import groups, launches, nodegroups


def apply():
    launches.apply()
    groups.apply()
    nodegroups.apply()
