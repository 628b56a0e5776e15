"""Rules of AWS that moto does not follow, patched in at its start."""

from emulator import access, addons, catalogue, cluster, groups, instances, launches, nodegroups, quotas, updates


def apply():
    catalogue.apply()
    instances.apply()
    quotas.apply()
    launches.apply()
    groups.apply()
    cluster.apply()
    updates.apply()
    nodegroups.apply()
    addons.apply()
    access.apply()
