"""EKS: updates of node groups and add-ons, which take a while."""

import uuid

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks import urls
from moto.eks.responses import EKSResponse

from emulator import cluster


def apply():
    for path in ("updates$", "updates/(?P<updateId>[^/]+)$"):
        urls.url_paths["{0}/clusters/(?P<name>[^/]+)/" + path] = urls.response.dispatch
    EKSResponse.describe_update = describe_update
    EKSResponse.list_updates = list_updates


def begin(thing, kind, parameters):
    """The record of an update of a node group or an add-on."""
    update = {
        "id": str(uuid.uuid4()), "status": "InProgress", "type": kind, "createdAt": utcnow(), "errors": [],
        "params": [{"type": name, "value": str(value)} for name, value in parameters.items()],
    }
    of(thing).append(update)
    return update


def of(thing):
    return thing.__dict__.setdefault("updates", [])


def list_updates(self):
    return ActionResult({"updateIds": [update["id"] for update in of(subject(self))]})


def describe_update(self):
    wanted = self._get_param("updateId")
    for update in of(subject(self)):
        if update["id"] == wanted:
            return ActionResult({"update": update})
    raise cluster.not_found(f"No update found for ID: {wanted}")


def subject(self):
    """What the updates are of: EKS lists those of a node group or an add-on only where it is named."""
    name = self._get_param("name")
    if self._get_param("nodegroupName"):
        return self.eks_backend.describe_nodegroup(name, self._get_param("nodegroupName"))
    found = cluster.named(self.eks_backend, name)
    addon = self._get_param("addonName")
    if addon and addon not in found.addons:
        raise cluster.not_found(f"No addon: {addon} found in cluster: {name}")
    return found.addons[addon] if addon else found
