"""EKS: access entries, which moto lacks, and the authentication mode of a cluster."""

import uuid

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.eks import models, urls
from moto.eks.exceptions import InvalidParameterException, InvalidRequestException, ResourceInUseException
from moto.eks.responses import EKSResponse

from emulator import authenticator, clock, cluster, gateway, updates

# In the order in which a cluster may go through them, never back.
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
# The groups that EKS gives by itself to nodes of a type; it takes no others.
NODE_GROUPS = {
    "EC2_LINUX": ["system:nodes"], "EC2_WINDOWS": ["eks:kube-proxy-windows", "system:nodes"],
    "FARGATE_LINUX": ["system:node-proxier", "system:nodes"], "HYBRID_LINUX": ["system:nodes"],
}
NODE_USERNAME = "system:node:{{EC2PrivateDNSName}}"
RESERVED_NAMES = ("system:", "eks:", "aws:", "amazon:", "iam:")
# How long EKS takes to apply another mode.
UPDATE_SECONDS = clock.seconds("CLUSTER_UPDATE_SECONDS", 4)
PAGE = 100


class AccessEntry:
    def __init__(self, backend, cluster_name, principal, kind, username=None, groups=None, tags=None):
        _, partition, _, _, account, resource = principal.split(":", 5)
        identity, name = resource.split("/")[0], resource.split("/")[-1]
        self.cluster_name, self.principal, self.kind = cluster_name, principal, kind
        self.arn = f"arn:{partition}:eks:{backend.region_name}:{backend.account_id}:access-entry/{cluster_name}/{identity}/{account}/{name}/{uuid.uuid4()}"
        self.username = username or own_username(kind, account, name, principal)
        self.groups = NODE_GROUPS.get(kind) or groups or []
        self.tags = tags or {}
        self.created_at = self.modified_at = utcnow()

    def described(self):
        return {"accessEntry": {
            "clusterName": self.cluster_name, "principalArn": self.principal, "accessEntryArn": self.arn, "type": self.kind,
            "username": self.username, "kubernetesGroups": list(self.groups), "tags": dict(self.tags),
            "createdAt": self.created_at, "modifiedAt": self.modified_at,
        }}


def own_username(kind, account, name, principal):
    """Who a principal is where nobody says; a path is left out."""
    if kind in ("EC2_LINUX", "EC2_WINDOWS"):
        return NODE_USERNAME
    if kind in NODE_GROUPS:
        return "system:node:{{SessionName}}"
    return f"arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}" if ":role/" in principal else principal


def apply():
    base = "{0}/clusters/(?P<name>[^/]+)/access-entries"
    # Of several that match the first one counts.
    for path in (base + "$", base + "/(?P<principalArn>.+)/access-policies$", base + "/(?P<principalArn>.+)$"):
        urls.url_paths[path] = urls.response.dispatch
    for method in (create_access_entry, describe_access_entry, list_access_entries, update_access_entry, delete_access_entry,
                   list_associated_access_policies):
        setattr(EKSResponse, method.__name__, clock.locked(method))
    EKSResponse.update_cluster_config = clock.locked(update_cluster_config(EKSResponse.update_cluster_config))
    backend = models.EKSBackend
    backend.create_nodegroup = clock.locked(create_nodegroup(backend.create_nodegroup))


def update_cluster_config(original):
    def wrapped(self):
        """The mode goes one way, one step at a time, and takes a while, in which nothing else may be changed."""
        mode = (self._get_param("accessConfig") or {}).get("authenticationMode")
        if not mode:
            return original(self)
        found = cluster.named(self.eks_backend, self._get_param("name"))
        if found.status != "ACTIVE":
            raise in_use(found, f"Cluster {found.name} is not in ACTIVE state, current status is {found.status}")
        before = mode_of(found)
        if mode not in MODES or MODES.index(mode) != MODES.index(before) + 1:
            raise InvalidParameterException(message=f"Unsupported authentication mode update from {before} to {mode}")
        found.status = "UPDATING"
        update = updates.begin(found, "AccessConfigUpdate", {"AuthenticationMode": mode})
        clock.later(UPDATE_SECONDS, finish, found, update, mode)
        return ActionResult({"update": dict(update)})

    return wrapped


def finish(found, update, mode):
    found.access_config = {**found.access_config, "authenticationMode": mode}
    found.status, update["status"] = "ACTIVE", "Successful"
    authenticator.tell(found)


def mode_of(found):
    return found.access_config["authenticationMode"]


def create_nodegroup(original):
    def wrapped(self, cluster_name, node_role, *args, **kwargs):
        """EKS lets the nodes of its own groups in, where the mode takes entries and there is none."""
        nodegroup = original(self, cluster_name, node_role, *args, **kwargs)
        found = self.clusters[cluster_name]
        if mode_of(found) != "CONFIG_MAP" and node_role not in found.access_entries:
            found.access_entries[node_role] = AccessEntry(self, cluster_name, node_role, "EC2_LINUX")
            authenticator.tell(found)
        return nodegroup

    return wrapped


def create_access_entry(self):
    found = taking_entries(self)
    principal, kind = self._get_param("principalArn"), self._get_param("type") or "STANDARD"
    username, groups, tags = (self._get_param(name) for name in ("username", "kubernetesGroups", "tags"))
    problem = problem_of_principal(self.eks_backend, principal, kind) or problem_of_names(kind, username, groups)
    problem = problem or next((p for p in (cluster.problem_of_tag(key, value) for key, value in (tags or {}).items()) if p), None)
    if problem:
        raise InvalidParameterException(message=problem)
    if principal in found.access_entries:
        raise in_use(found, "The specified access entry resource is already in use on this cluster.")
    entry = AccessEntry(self.eks_backend, found.name, principal, kind, username, groups, tags)
    found.access_entries[principal] = entry
    authenticator.tell(found)
    return ActionResult(entry.described())


def describe_access_entry(self):
    return ActionResult(named(self).described())


def list_access_entries(self):
    principals = sorted(taking_entries(self).access_entries)
    start, size = int(self._get_param("nextToken") or 0), int(self._get_param("maxResults") or PAGE)
    answer = {"accessEntries": principals[start:start + size]}
    return ActionResult({**answer, "nextToken": str(start + size)} if start + size < len(principals) else answer)


def list_associated_access_policies(self):
    """Nobody associates any here: rights come from the groups of an entry."""
    entry = named(self)
    return ActionResult({"clusterName": entry.cluster_name, "principalArn": entry.principal, "associatedAccessPolicies": []})


def update_access_entry(self):
    """Name and groups can be changed, and only those of people; the type never."""
    entry = named(self)
    username, groups = self._get_param("username"), self._get_param("kubernetesGroups")
    problem = problem_of_names(entry.kind, username, groups)
    if problem:
        raise InvalidParameterException(message=problem)
    entry.username = username or entry.username
    entry.groups = entry.groups if groups is None else groups
    entry.modified_at = utcnow()
    authenticator.tell(cluster.named(self.eks_backend, entry.cluster_name))
    return ActionResult(entry.described())


def delete_access_entry(self):
    entry = named(self)
    found = cluster.named(self.eks_backend, entry.cluster_name)
    del found.access_entries[entry.principal]
    authenticator.tell(found)
    return EmptyResult()


def taking_entries(self):
    found = cluster.named(self.eks_backend, self._get_param("name"))
    if mode_of(found) == "CONFIG_MAP":
        raise InvalidRequestException(
            message="The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
    return found


def named(self):
    entry = taking_entries(self).access_entries.get(self._get_param("principalArn"))
    if entry is None:
        raise cluster.not_found("The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.")
    return entry


def problem_of_principal(backend, principal, kind):
    """https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"""
    parts = principal.split(":", 5)
    if len(parts) != 6 or parts[2] != "iam" or parts[5].split("/")[0] not in ("role", "user"):
        return "The principalArn parameter format is not valid"
    if parts[5].startswith("role/aws-service-role/"):
        return "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
    if kind != "STANDARD" and kind not in NODE_GROUPS:
        return f"Invalid access entry type: {kind}"
    if kind in NODE_GROUPS and (not parts[5].startswith("role/") or parts[4] != backend.account_id):
        return f"The principalArn of an access entry of type {kind} must be a role of the cluster's account"
    if parts[5].startswith("role/") and parts[4] == backend.account_id and not gateway.ask("/_gateway/role", name=principal.split("/")[-1])["exists"]:
        return "The specified principalArn is invalid: invalid principal."
    return None


def problem_of_names(kind, username, groups):
    if kind in NODE_GROUPS and (username or groups):
        return f"The kubernetesGroups and username cannot be set for an access entry of type {kind}"
    reserved = [name for name in (username, *(groups or [])) if name and name.startswith(RESERVED_NAMES)]
    return f"The username or group must not begin with {reserved[0].split(':')[0]}:" if reserved else None


def in_use(found, message):
    return ResourceInUseException(clusterName=found.name, nodegroupName=None, addonName=None, message=message)
