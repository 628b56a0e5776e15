"""What EKS tells the authenticator beside a cluster's API server: access entries, and which sources the mode of the cluster leaves."""

import json
import pathlib

from emulator.facts import facts_of

# In the authenticator's words: its own configuration, the file of entries, aws-auth. The first that knows a role counts. In mode CONFIG_MAP
# the file has who made the cluster, and nobody else.
BACKENDS = {"CONFIG_MAP": "MountedFile DynamicFile EKSConfigMap", "API_AND_CONFIG_MAP": "MountedFile DynamicFile EKSConfigMap", "API": "MountedFile DynamicFile"}


def tell(cluster):
    """It looks at its files again a second or two after they changed."""
    folder = facts_of(cluster.name).get("authenticatorFolder")
    if folder:
        entries = [(entry.principal, entry.username, entry.groups) for entry in cluster.access_entries.values()]
        entries += [(cluster.creator, "kubernetes-admin", ["system:masters"])] if cluster.creator else []
        mapped = {"mapRoles": [], "mapUsers": [], "mapAccounts": []}
        for arn, username, groups in entries:
            kind = "role" if ":role/" in arn else "user"
            mapped[f"map{kind.capitalize()}s"].append({f"{kind}arn": arn, "username": username, "groups": list(groups)})
        write(folder, "access-entries.json", mapped)
        write(folder, "backend-mode.json", {"backendMode": BACKENDS[cluster.access_config["authenticationMode"]]})


def write(folder, name, content):
    """At once: a half-written file would lock everybody out."""
    file = pathlib.Path(folder) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(content))
    new.replace(file)
